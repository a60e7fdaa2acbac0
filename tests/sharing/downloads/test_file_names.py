"""Names of downloaded files by a link's pattern: the same alone and in an archive, and no two alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo
from apps.sharing.links import file_names
from apps.sharing.links.file_names import NamedPhoto
from apps.web.refusal import Unsuitable
from tests.sharing.conftest import Make, Share
from tests.sharing.downloads.zipped import opened, zip_of

ONE = NamedPhoto("IMG_7.JPG", 7, 214, "Ceremony", date(2024, 5, 1), "Ada & Ben", "North Light")


@pytest.mark.parametrize(
    ("pattern", "mime", "name"),
    [
        ("", "image/jpeg", "IMG_7.JPG"),
        ("{gallery}-{number}", "image/jpeg", "Ada & Ben-007.jpg"),
        ("{date} { section } {name}", "image/webp", "2024-05-01 Ceremony IMG_7.webp"),
        ("{studio}/../{number}", "image/jpeg", "North Light-..-007.jpg"),
        ("{number}.png", "image/jpeg", "007.jpg"),
        ("v2.0 {number}", "image/png", "v2.0 007.png"),
        ("..{name}..", "image/jpeg", "IMG_7.jpg"),
        ("é" * 90 + "{number}", "image/jpeg", "é" * 90 + "007.jpg"),
    ],
)
def test_a_pattern_gives_a_name_that_every_system_takes(pattern: str, mime: str, name: str) -> None:
    assert file_names.file_name(pattern, ONE, mime) == name


def test_what_is_unknown_leaves_no_gap() -> None:
    bare = NamedPhoto("IMG_7.JPG", 7, 9, "", date(2024, 5, 1), "Ada", "North")
    assert file_names.file_name("{section}-{gallery} - {section} - {number}", bare, "image/jpeg") == "Ada 007.jpg"


@pytest.mark.parametrize("pattern", ["{nmae}", "{gallery}", "photo", "{name", "name}", "{}", "{name} {{number}}"])
def test_a_pattern_that_cannot_be_is_refused(pattern: str) -> None:
    with pytest.raises(Unsuitable):
        file_names.check(pattern)
    assert file_names.examples(pattern, [ONE]) == []


def names_in(share: Share) -> list[str]:
    return [name for name in opened(zip_of(share)).namelist() if name != "manifest.csv"]


@pytest.mark.django_db(transaction=True)
def test_a_photo_is_called_the_same_alone_and_in_every_archive(shared: Make) -> None:
    share = shared(download="original", file_names="{gallery} {number}")
    client = Client()
    client.get(share.url())
    wanted = [f"Zqx wedding 00{number}.jpg" for number in (1, 2, 3)]
    assert names_in(share) == wanted
    for photo, name in zip(share.photos, wanted, strict=True):
        answer = client.get(reverse("sharing:download", args=[share.token, photo.pk]))
        assert f'filename="{name}"' in answer["Content-Disposition"]
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[0]).update(is_hidden=True)
    assert names_in(share) == wanted[:2], "numbers are places among what the link shows"


@pytest.mark.django_db(transaction=True)
def test_no_two_files_of_an_archive_have_one_name(shared: Make) -> None:
    share = shared(download="original", file_names="{name}")
    with acting_in(share.studio):
        Photo.objects.for_studio(share.studio).update(camera_name="IMG_1.JPG")
    names = names_in(share)
    assert len(set(names)) == 3
    assert names[0] == "IMG_1.jpg"


@pytest.mark.django_db
def test_the_form_shows_the_names_that_a_pattern_gives(shared: Make, erin: Client) -> None:
    share = shared()
    page: dict[str, Any] = {"label": "Press", "download": "original", "file_names": "{studio}-{number}"}
    url = reverse("sharing:sentence", args=["north", share.album.pk])
    assert "North Light-001.jpg, North Light-002.jpg" in erin.post(url, page).content.decode()
    assert "Files:" not in erin.post(url, {**page, "file_names": "{nobody}"}).content.decode()
    made = erin.post(reverse("sharing:links", args=["north", share.album.pk]), {**page, "file_names": "{gallery}"})
    assert made.status_code == 422
    assert "so that every file has a different name" in made.content.decode()
