"""The logo: only an owner sets it, only its pixels are kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from apps.accounts.models import JournalEntry, Studio
from apps.accounts.tenancy import acting_in
from tests.factories import jpeg

pytestmark = pytest.mark.django_db


def png(width: int = 1200, height: int = 300) -> bytes:
    """A transparent picture that carries a secret in its metadata."""
    info = PngInfo()
    info.add_text("Comment", "zqx secret")
    file = BytesIO()
    Image.new("RGBA", (width, height), (200, 10, 10, 128)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def send(client: Client, data: bytes, slug: str = "north", name: str = "logo.png") -> int:
    upload = SimpleUploadedFile(name, data)
    return client.post(reverse("sharing:logo", args=[slug]), {"logo": upload}).status_code


def fresh(studio: Studio) -> Studio:
    with acting_in(studio):
        return Studio.objects.get(pk=studio.pk)


def test_an_owner_sets_the_logo_and_everybody_sees_it(north: Studio, alice: Client, nobody: Client) -> None:
    assert send(alice, png()) == 303
    studio = fresh(north)
    response = nobody.get(studio.logo_url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    with Image.open(BytesIO(response.content)) as image:
        assert image.size == (600, 150)
        assert image.mode == "RGBA"
        red, _, _, alpha = image.getpixel((5, 5))  # type: ignore[misc]
        assert (abs(red - 200) < 3, alpha) == (True, 128)
    assert b"zqx secret" not in response.content


def test_a_new_logo_has_a_new_address_also_after_a_removal(north: Studio, alice: Client, nobody: Client) -> None:
    seen = set()
    for _ in range(2):
        send(alice, png())
        seen.add(fresh(north).logo_url)
    assert len(seen) == 2
    alice.post(reverse("sharing:logo", args=["north"]), {"remove_logo": "on"})
    assert fresh(north).logo_url == ""
    assert nobody.get(reverse("sharing:logo_image", args=["north"])).status_code == 404


def test_a_jpeg_becomes_a_png(north: Studio, alice: Client) -> None:
    send(alice, jpeg(), name="logo.jpg")
    logo = fresh(north).logo
    assert logo is not None
    assert bytes(logo[:8]) == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", png()[:200],
     png() + b"x" * 5_000_001],
)  # fmt: skip
def test_a_bad_file_leaves_the_old_logo_and_says_why(north: Studio, alice: Client, data: bytes) -> None:
    send(alice, png())
    before = fresh(north).logo_version
    response = alice.post(
        reverse("sharing:logo", args=["north"]), {"logo": SimpleUploadedFile("a.png", data)}, follow=True
    )
    assert response.status_code == 200
    assert fresh(north).logo_version == before
    assert [message.level_tag for message in response.context["messages"]][-1] == "error"


def test_a_picture_bomb_is_refused(north: Studio, alice: Client) -> None:
    file = BytesIO()
    Image.new("1", (12_000, 9_000)).save(file, "PNG")
    send(alice, file.getvalue())
    assert fresh(north).logo is None


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("erin", 403), ("charlie", 404), ("nobody", 302)])
def test_only_owners_change_the_logo(north: Studio, who: str, status: int, request: pytest.FixtureRequest) -> None:
    assert send(request.getfixturevalue(who), png()) == status
    assert fresh(north).logo is None


def test_changes_of_the_logo_stand_in_the_journal(north: Studio, alice: Client) -> None:
    send(alice, png())
    with acting_in(north):
        assert JournalEntry.objects.for_studio(north).filter(verb="studio.logo_changed").count() == 1


def test_a_studio_that_is_not_there_has_no_logo(nobody: Client, north: Studio) -> None:
    assert nobody.get("/studio/nowhere/logo.png").status_code == 404
    assert nobody.get("/studio/north/logo.png").status_code == 404
