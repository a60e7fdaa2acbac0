"""Watermarks: a guest of a watermarked link gets no clean preview byte, everybody else gets the clean one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media.models import Rendition
from apps.sharing.branding import handover, lettering, letters, stamp, watermarks
from apps.sharing.gallery import pictures
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink, Watermark
from apps.uploads import pipeline
from config import tasks
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, RenditionFactory
from tests.sharing.branding.test_logo import png
from tests.sharing.conftest import Make, Share, body_of, fetch

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = ("tile", "thumb", "web")


def previewed(album: Album, colour: str = "#3366aa", size: tuple[int, int] = (1200, 800)) -> Photo:
    """A photo with previews of one colour, so that a mark is easily seen."""
    photo: Photo = PhotoFactory.create(studio=album.studio, camera_name="ZQX_9.JPG")
    for kind, factor in (("web", 1), ("thumb", 2), ("tile", 4)):
        file = io.BytesIO()
        Image.new("RGB", (size[0] // factor, size[1] // factor), colour).save(file, "WEBP", lossless=True)
        RenditionFactory.create(source=photo.original, kind=kind, blob__data=file.getvalue())
    PlacementFactory.create(album=album, photo=photo)
    return photo


@pytest.fixture
def marked(shared: Make) -> Share:
    """A watermarked link to an album with one photo."""
    share = shared(is_watermarked=True)
    with acting_in(share.studio):
        share.album.placements.all().delete()
    share.photos = [previewed(share.album)]
    return share


def guest(share: Share) -> Client:
    client = Client()
    assert client.get(share.url()).status_code == 200
    return client


def work() -> list[str]:
    """Do all jobs there are; returns their kinds."""
    done = []
    while job := queue.answer(Queue.DEFAULT, tasks.STEPS) or queue.answer(Queue.IMAGES, tasks.STEPS):
        done.append(job.kind.partition(".")[0])
    return done


def forget() -> None:
    """As after 30 seconds."""
    pictures.RIGHTS.clear()
    pictures.PLACES.clear()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def brightest(image: Image.Image) -> int:
    """The highest level of a grey picture."""
    return max(level for level, count in enumerate(image.histogram()) if count)


def marks_of(share: Share) -> set[str]:
    with acting_in(share.studio):
        return set(
            Rendition.objects.for_studio(share.studio).filter(kind__startswith="mark.").values_list("kind", flat=True)
        )


def clean(share: Share, member: Client) -> dict[str, bytes]:
    return {size: fetch(member, share.picture(size), extensions={}).body for size in SIZES}


# -- what is shown -----------------------------------------------------------------------------------


def test_a_guest_never_gets_a_clean_preview_before_or_after(marked: Share, alice: Client) -> None:
    client, plain = guest(marked), clean(marked, alice)
    for size in SIZES:
        assert fetch(client, marked.picture(size)).status == 404
    assert set(work()) == {"marks", "mark"}
    for size in SIZES:
        reply = fetch(client, marked.picture(size))
        assert reply.status == 200
        assert reply.body != plain[size]
        assert plain[size] not in reply.body
        difference = ImageChops.difference(opened(reply.body), opened(plain[size])).convert("L")
        width, height = difference.size
        middle = difference.crop((width // 4, height // 3, width * 3 // 4, height * 2 // 3))
        assert brightest(middle) > 40
        assert brightest(difference.crop((0, 0, width, height // 4))) < 12
    assert {size: fetch(alice, marked.picture(size)).body for size in SIZES} == plain


def test_other_links_of_the_album_stay_clean(marked: Share, alice: Client, alice_user: Any) -> None:
    work()
    with acting_in(marked.studio):
        _, token = lifecycle.create(marked.album, by=alice_user, label="Press")
    client = Client()
    client.get(reverse("sharing:gallery", args=[token]))
    assert {size: fetch(client, marked.picture(size)).body for size in SIZES} == clean(marked, alice)


def test_whoever_also_holds_a_link_without_watermark_sees_no_watermark(
    marked: Share, alice: Client, alice_user: Any
) -> None:
    with acting_in(marked.studio):
        _, token = lifecycle.create(marked.album, by=alice_user, label="Press")
    client = guest(marked)
    work()
    assert fetch(client, marked.picture()).body != clean(marked, alice)["tile"]
    client.get(reverse("sharing:gallery", args=[token]))
    assert {size: fetch(client, marked.picture(size)).body for size in SIZES} == clean(marked, alice)


def test_what_one_right_found_is_not_handed_to_another(marked: Share, alice: Client) -> None:
    work()
    client, plain = guest(marked), clean(marked, alice)
    for _ in range(2):
        assert fetch(alice, marked.picture()).body == plain["tile"]
        assert fetch(client, marked.picture()).body != plain["tile"]


def test_a_link_that_gets_a_watermark_stops_showing_clean_previews(shared: Make) -> None:
    share = shared()
    client = guest(share)
    assert fetch(client, share.picture()).status == 200
    share.change(is_watermarked=True)
    forget()
    assert fetch(client, share.picture()).status == 404
    work()
    assert fetch(client, share.picture()).status == 200


def test_a_missing_mark_is_made_because_somebody_looked(marked: Share) -> None:
    work()
    with acting_in(marked.studio):
        Rendition.objects.for_studio(marked.studio).filter(kind__startswith="mark.").delete()
    client = guest(marked)
    assert fetch(client, marked.picture()).status == 404
    assert work() == ["mark"]
    assert fetch(client, marked.picture()).status == 200


def test_looking_does_not_try_again_what_workers_gave_up(marked: Share) -> None:
    client = guest(marked)
    fetch(client, marked.picture())
    with acting_in(marked.studio):
        Job.objects.for_studio(marked.studio).update(state=State.QUARANTINED)
    assert fetch(client, marked.picture()).status == 404
    assert work() == []


def test_a_photo_that_comes_later_is_marked_with_its_renditions(marked: Share) -> None:
    work()
    late = previewed(marked.album, "#aa3333")
    first, *others = tasks.STEPS["render"]
    assert first is pipeline.render
    for step in others:
        step(queue.Claimed(late.pk, marked.studio.pk, "render", late.pk, 1))
    assert work() == ["mark"]
    assert fetch(guest(marked), marked.picture(photo=late)).status == 200


def test_photos_under_no_watermark_cost_no_job(shared: Make) -> None:
    share = shared()
    watermarks.photo_came(queue.Claimed(share.photos[0].pk, share.studio.pk, "render", share.photos[0].pk, 1))
    assert work() == []


def test_a_pasted_link_shows_the_picture_under_the_watermark(marked: Share, alice: Client) -> None:
    preview = marked.url("link_preview")
    assert Client().get(preview).status_code == 404
    work()
    assert f'{preview}"' in guest(marked).get(marked.url()).content.decode()
    shown = body_of(Client().get(preview))
    # JPEG, as messengers want it; the mark is brighter than anything in the picture.
    assert Image.open(io.BytesIO(shown)).format == "JPEG"
    assert brightest(opened(shown)) > brightest(opened(clean(marked, alice)["thumb"])) + 20


def test_permitted_downloads_are_clean(marked: Share, alice: Client) -> None:
    plain = clean(marked, alice)
    marked.change(download="web")
    work()
    client = guest(marked)
    assert body_of(client.get(marked.url("download", marked.photos[0]), {"size": "web"})) == plain["web"]


# -- which mark --------------------------------------------------------------------------------------


def set_mark(client: Client, share: Share, *, album: bool = False, **fields: Any) -> Any:
    name, arguments = ("album_watermark", [share.album.pk]) if album else ("watermark", [])
    address = reverse(f"sharing:{name}", args=[share.studio.slug, *arguments])
    return client.post(address, {"what": "text", "text": "Proof", "opacity": 50, "scale": 60, **fields})


def test_a_changed_mark_is_burnt_anew_and_the_old_one_goes(marked: Share, alice: Client) -> None:
    set_mark(alice, marked)
    work()
    client = guest(marked)
    before, kinds = fetch(client, marked.picture("web")).body, marks_of(marked)
    assert set_mark(alice, marked, text="Ödön Łódź", opacity=90).status_code == 303
    forget()
    assert fetch(client, marked.picture("web")).status == 404
    assert {"marks", "mark"} == set(work())
    assert fetch(client, marked.picture("web")).body != before
    assert not kinds & marks_of(marked)
    assert len(marks_of(marked)) == 3


def test_the_form_of_a_link_says_what_stands_where_no_watermark_is_set(marked: Share, alice: Client) -> None:
    pages = [
        reverse("sharing:links", args=[marked.studio.slug, marked.album.pk]),
        reverse("sharing:link", args=[marked.studio.slug, marked.album.pk, marked.link.pk]),
    ]
    words = f"No watermark is set up, so “{marked.studio.name}” is shown across the photos."
    assert [words in alice.get(page).content.decode() for page in pages] == [True, True]
    set_mark(alice, marked, album=True)
    assert [words in alice.get(page).content.decode() for page in pages] == [False, False]


def test_an_albums_own_mark_goes_before_the_studios(marked: Share, alice: Client) -> None:
    with acting_in(marked.studio):
        by_name = watermarks.digest_for(marked.studio, marked.album, is_watermarked=True)
    set_mark(alice, marked, text="Studio")
    with acting_in(marked.studio):
        by_studio = watermarks.digest_for(marked.studio, marked.album, is_watermarked=True)
    set_mark(alice, marked, album=True, text="Album")
    with acting_in(marked.studio):
        by_album = watermarks.digest_for(marked.studio, marked.album, is_watermarked=True)
        other = AlbumFactory.create(studio=marked.studio)
        assert watermarks.digest_for(marked.studio, other, is_watermarked=True) == by_studio
        assert watermarks.digest_for(marked.studio, other, is_watermarked=False) == ""
    assert len({by_name, by_studio, by_album}) == 3
    alice.post(reverse("sharing:album_watermark_drop", args=[marked.studio.slug, marked.album.pk]))
    with acting_in(marked.studio):
        assert watermarks.digest_for(marked.studio, marked.album, is_watermarked=True) == by_studio


def test_a_png_is_re_encoded_and_burnt(marked: Share, alice: Client) -> None:
    upload = SimpleUploadedFile("mark.png", png(1200, 300))
    assert set_mark(alice, marked, what="picture", picture=upload).status_code == 303
    with acting_in(marked.studio):
        mark = Watermark.objects.for_studio(marked.studio).get()
    assert b"zqx secret" not in bytes(mark.picture or b"")
    assert Image.open(io.BytesIO(bytes(mark.picture or b""))).size == (1000, 250)
    work()
    red, _, blue = opened(fetch(guest(marked), marked.picture("web")).body).getpixel((600, 400))  # type: ignore[misc]
    assert red > blue - 60
    # Saved again without a file, the picture stays.
    set_mark(alice, marked, what="picture", opacity=80)
    with acting_in(marked.studio):
        assert bytes(Watermark.objects.for_studio(marked.studio).get().picture or b"") == bytes(mark.picture or b"")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"opacity": 2}, "greater than or equal to 5"),
        ({"scale": 101}, "less than or equal to 100"),
        ({"text": "写真"}, "Some of these characters are not supported"),
        ({"what": "picture"}, "Choose a PNG"),
        ({"what": "picture", "picture": SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")}, "drawing"),
        ({"what": "film"}, "valid choice"),
    ],
)
def test_a_bad_mark_is_refused_with_what_was_typed(
    marked: Share, alice: Client, fields: dict[str, Any], words: str
) -> None:
    response = set_mark(alice, marked, **{"text": "Kept words", **fields})
    assert response.status_code == 422
    assert words in response.content.decode()
    with acting_in(marked.studio):
        assert not Watermark.objects.for_studio(marked.studio).exists()


@pytest.mark.parametrize(
    ("who", "studio_wide", "of_album"),
    [("alice", 200, 200), ("erin", 403, 200), ("bob", 403, 403), ("charlie", 404, 404)],
)
def test_owners_set_the_studios_mark_and_editors_an_albums(
    marked: Share, who: str, studio_wide: int, of_album: int, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    slug, album = marked.studio.slug, marked.album.pk
    assert client.get(reverse("sharing:watermark", args=[slug])).status_code == studio_wide
    assert client.get(reverse("sharing:watermark_example", args=[slug])).status_code == studio_wide
    assert client.get(reverse("sharing:album_watermark", args=[slug, album])).status_code == of_album
    assert client.get(reverse("sharing:album_watermark_example", args=[slug, album])).status_code == of_album


def test_the_example_shows_the_mark_on_the_newest_photo(marked: Share, alice: Client, alice_user: Any) -> None:
    response = alice.get(reverse("sharing:watermark_example", args=[marked.studio.slug]))
    assert response["Content-Type"] == "image/webp"
    picture = opened(response.content)
    assert picture.size == (800, 533)
    assert brightest(ImageChops.difference(picture, Image.new("RGB", picture.size, "#3366aa")).convert("L")) > 40
    empty = AlbumFactory.create(studio=marked.studio)
    assert alice.get(reverse("sharing:album_watermark_example", args=[marked.studio.slug, empty.pk])).status_code == 404


# -- the parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1000, 1000), (3000, 10), (10, 3000), (1, 1)])
@pytest.mark.parametrize("scale", [5, 100])
def test_a_mark_stays_inside_of_the_picture(size: tuple[int, int], scale: int) -> None:
    picture = Image.new("RGB", (300, 200), "blue")
    stamp.lay(picture, Image.new("RGBA", size, "red"), opacity=100, scale=scale)
    box = ImageChops.difference(picture, Image.new("RGB", (300, 200), "blue")).getbbox()
    assert box is not None
    assert box[0] >= 14
    assert box[1] >= 9
    assert box[2] <= 286
    assert box[3] <= 191


def test_letters_of_both_files_are_written() -> None:
    one, both = (Image.open(io.BytesIO(lettering.drawn(text))) for text in ("Zoe", "Zoe Łódź"))
    assert both.width > one.width * 1.8
    assert letters.can_write("© Zoë Łódź – 2026")
    assert not letters.can_write("写")
    assert not letters.can_write("a\nb")


def test_a_mark_that_is_gone_meanwhile_is_not_made(marked: Share) -> None:
    watermarks.make(
        queue.Claimed(marked.photos[0].pk, marked.studio.pk, "mark.0000000000000000", marked.photos[0].pk, 1)
    )
    assert marks_of(marked) == set()


def test_a_revoked_link_needs_no_marks(marked: Share, alice_user: Any) -> None:
    with acting_in(marked.studio):
        link = ShareLink.objects.for_studio(marked.studio).get(pk=marked.link.pk)
        link.revoke(by=alice_user)
    assert work() == ["marks"]
    assert marks_of(marked) == set()


def test_the_logo_keeps_its_own_size() -> None:
    assert (handover.LOGO_BOX, handover.MARK_BOX) == ((600, 240), (1000, 1000))


def test_a_studio_whose_name_cannot_be_written_has_a_mark_all_the_same(north: Studio) -> None:
    north.name = "写真館"
    assert watermarks._words(north, Watermark(studio=north)) == "Proof"
