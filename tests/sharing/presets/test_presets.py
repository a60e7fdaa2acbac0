"""Presets: named choices for new links and galleries."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.sharing.branding import watermarks
from apps.sharing.emails import composing
from apps.sharing.favourites import prepared_lists
from apps.sharing.links import presets
from apps.sharing.models import EmailKind, Preset, PresetKind, ShareLink
from tests.markup import tight
from tests.sharing.conftest import Make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "share"}
LINK = {
    "name": "Couple",
    "download": "original",
    "may_favourite": "on",
    "is_main": "on",
    "has_pin": "on",
    "people": "names",
    "only_agreed": "on",
    "open_days": "30",
}
ALBUM = {"name": "Wedding", "ordering": "name", "sections": "Getting ready\n\n Ceremony \nGetting ready\n"}


def page(name: str, *more: object) -> str:
    return reverse(f"sharing:{name}", args=["north", *more])


def all_of(studio: Studio, kind: str) -> list[Preset]:
    with acting_in(studio):
        return presets.of_kind(studio, PresetKind(kind))


def made(client: Client, studio: Studio, kind: str, **form: Any) -> Preset:
    answer = client.post(page("preset_new", kind), form)
    assert answer.status_code == 303, answer.content.decode()
    return next(one for one in all_of(studio, kind) if one.name == form["name"])


def test_a_preset_of_links_keeps_every_right(north: Studio, erin: Client) -> None:
    preset = made(erin, north, "link", **LINK)
    assert preset.values == {
        "download": "original", "download_limit": None, "metadata": "all", "has_pin": True, "may_favourite": True,
        "may_comment": False, "may_rate": False, "is_main": True, "asks_identity": False, "is_watermarked": False,
        "people": "names", "only_agreed": True, "may_find": False, "may_search": False,
        "may_see_places": False, "upload": "off", "uploads_wait": False, "file_names": "", "open_days": 30,
    }  # fmt: skip
    assert "Couple" in erin.get(page("presets")).content.decode()


def test_a_new_link_begins_with_the_preset_that_is_chosen(shared: Make, north: Studio, erin: Client) -> None:
    share = shared()
    preset = made(erin, north, "link", **LINK)
    dialog = reverse("sharing:links", args=["north", share.album.pk])
    plain = erin.get(dialog, headers=HTMX).content.decode()
    assert f"?preset={preset.pk}" in plain
    assert "mark favourites and comment, but not download them" in plain
    chosen = erin.get(f"{dialog}?preset={preset.pk}", headers=HTMX).content.decode()
    day = timezone.localdate(timezone=north.zone) + timedelta(days=30)
    assert f'value="{day.isoformat()}"' in chosen
    assert "hide photos from the other links and download the original files with a PIN, but not comment" in chosen
    assert 'class="new-link" open' in chosen


def test_the_default_is_what_a_new_link_begins_with(shared: Make, north: Studio, erin: Client) -> None:
    share = shared()
    made(erin, north, "link", **LINK, is_default="on")
    text = erin.get(reverse("sharing:links", args=["north", share.album.pk]), headers=HTMX).content.decode()
    assert "download the original files with a PIN, but not comment" in text


def test_there_is_one_default_of_a_kind(north: Studio, erin: Client) -> None:
    for name in ("First", "Second"):
        made(erin, north, "link", **{**LINK, "name": name}, is_default="on")
    made(erin, north, "album", **ALBUM, is_default="on")
    assert [(one.name, one.is_default) for one in all_of(north, "link")] == [("Second", True), ("First", False)]
    assert [one.is_default for one in all_of(north, "album")] == [True]


def test_two_presets_of_a_kind_have_two_names(north: Studio, erin: Client) -> None:
    made(erin, north, "link", **LINK, is_default="on")
    answer = erin.post(page("preset_new", "link"), {**LINK, "is_default": "on"})
    assert answer.status_code == 422
    assert "You already have a preset with that name." in answer.content.decode()
    assert [one.is_default for one in all_of(north, "link")] == [True]


def test_a_preset_is_changed_and_deleted(north: Studio, erin: Client) -> None:
    preset = made(erin, north, "album", **ALBUM)
    form = erin.get(page("preset", preset.pk)).content.decode()
    assert "Getting ready\nCeremony</textarea>" in form
    erin.post(page("preset", preset.pk), {**ALBUM, "name": "Big wedding", "sections": "Party"})
    (changed,) = all_of(north, "album")
    assert (changed.name, changed.values["sections"]) == ("Big wedding", ["Party"])
    assert erin.post(page("preset_delete", preset.pk)).status_code == 303
    assert all_of(north, "album") == []


WHOLE = {
    **ALBUM,
    "lists": "Album: 30\n\nPrints: 5-10\nMaybe",
    "look_cover": "split",
    "look_theme": "dark",
    "watermark": "  PROOF   only ",
    "email_subject": "Your wedding, {client}",
    "email_body": "Dear {client},\n\nhere they are.\n\n{link}",
}


def test_a_preset_holds_look_lists_watermark_and_email_too(
    north: Studio, erin: Client, django_user_model: type[User]
) -> None:
    preset = made(erin, north, "album", **WHOLE)
    form = erin.get(page("preset", preset.pk)).content.decode()
    for kept in ("Album: 30\nPrints: 5-10\nMaybe", 'value="PROOF only"', 'value="Your wedding, {client}"'):
        assert kept in form
    assert re.search(r'<option value="split" selected', form)
    erin.post(page("album_start"), {"title": "Ada & Ben", "preset": str(preset.pk)})
    with acting_in(north):
        album = Album.objects.for_studio(north).get(title="Ada & Ben")
        assert album.design == {"cover": "split", "theme": "dark"}
        lists = prepared_lists.of(album).order_by("rank").values_list("title", "minimum", "maximum")
        assert list(lists) == [("Album", 0, 30), ("Prints", 5, 10), ("Maybe", 0, None)]
        mark = watermarks.own(north, album)
        assert mark is not None
        assert mark.text == "PROOF only"
        words = composing.draft(album, None, EmailKind.DELIVERY, "en", note="", client="Ada")
        assert words.subject == "Your wedding, Ada"
        assert "here they are" in words.text
        # What a preset becomes later is not the gallery's.
        preset.remove(by=django_user_model.objects.get(email="erin@example.com"))
        assert composing.draft(album, None, EmailKind.DELIVERY, "en", note="").subject == "Your wedding,"
        other = composing.draft(album, None, EmailKind.COMPLETE, "en", note="")
        assert "Ada & Ben" in other.subject


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"lists": "Album: 30\nAlbum"}, "Two lists have the same name"),
        ({"lists": ": 30"}, "cannot be read"),
        ({"lists": "Album: 9-3"}, "do not fit"),
        ({"lists": "Album: 0"}, "do not fit"),
        ({"watermark": "\U0001f98a"}, "not supported"),
        ({"email_body": "Hello {clinet}"}, "{clinet} is not known"),
        ({"email_body": ""}, "Fill in both"),
        ({"look_cover": "upside down"}, "upside down"),
    ],
)
def test_what_a_preset_cannot_do_is_said_when_it_is_saved(
    wrong: dict[str, str], told: str, north: Studio, erin: Client
) -> None:
    answer = erin.post(page("preset_new", "album"), {**WHOLE, **wrong})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert all_of(north, "album") == []


def test_a_preset_of_before_still_starts_a_gallery(north: Studio, erin: Client) -> None:
    """Rows that were kept before look, lists, watermark and email belonged to presets."""
    preset = made(erin, north, "album", **ALBUM)
    with acting_in(north):
        preset.values = {name: preset.values[name] for name in ("ordering", "sections", "link")}
        preset.save(update_fields=["values"])
    assert erin.get(page("preset", preset.pk)).status_code == 200
    assert erin.post(page("album_start"), {"title": "Old", "preset": str(preset.pk)}).status_code == 303


def test_a_gallery_starts_as_its_preset_says(north: Studio, erin: Client) -> None:
    link = made(erin, north, "link", **LINK)
    preset = made(erin, north, "album", **ALBUM, link=str(link.pk))
    assert f'<option value="{preset.pk}"' in erin.get(reverse("albums:create", args=["north"])).content.decode()
    answer = erin.post(page("album_start"), {"title": "Ada & Ben", "preset": str(preset.pk)})
    assert answer.status_code == 303
    with acting_in(north):
        album = Album.objects.for_studio(north).get(title="Ada & Ben")
        assert answer["Location"] == album.get_absolute_url()
        assert album.ordering == "name"
        assert list(album.sections.order_by("rank").values_list("title", flat=True)) == ["Getting ready", "Ceremony"]
        first: ShareLink = album.share_links.get()
        assert (first.label, first.download, first.is_main, first.has_pin) == ("Couple", "original", True, True)
        assert first.expires_on == timezone.localdate(timezone=north.zone) + timedelta(days=30)


def test_starter_presets_are_added_once_and_bring_sections_and_a_link(north: Studio, erin: Client, bob: Client) -> None:
    assert bob.post(page("preset_starters")).status_code == 403
    assert "Add starter presets" in erin.get(page("presets")).content.decode()
    for _ in range(2):
        assert erin.post(page("preset_starters")).status_code == 303
    assert "Add starter presets" not in erin.get(page("presets")).content.decode()
    assert [one.name for one in all_of(north, "link")] == ["Client", "Guests"]
    wedding = next(one for one in all_of(north, "album") if one.name == "Wedding")
    erin.post(page("album_start"), {"title": "Anna & Tom", "preset": str(wedding.pk)})
    with acting_in(north):
        album = Album.objects.for_studio(north).get(title="Anna & Tom")
        titles = list(album.sections.order_by("rank").values_list("title", flat=True))
        link = ShareLink.objects.for_studio(north).get(album=album)
    assert titles == ["Getting ready", "Ceremony", "Portraits", "Reception"]
    assert (link.label, link.download, link.may_favourite, link.is_main) == ("Client", "original", True, True)
    # Each of them opens in its form and can be saved as it is.
    for one in (*all_of(north, "link"), *all_of(north, "album")):
        assert erin.get(page("preset", one.pk)).status_code == 200


def test_a_gallery_may_start_with_nothing_prepared(north: Studio, erin: Client) -> None:
    made(erin, north, "album", **ALBUM)
    assert erin.post(page("album_start"), {"title": "Plain", "preset": ""}).status_code == 303
    with acting_in(north):
        assert not Album.objects.for_studio(north).get(title="Plain").sections.exists()


def test_a_gallery_without_a_title_is_not_started(north: Studio, erin: Client) -> None:
    preset = made(erin, north, "album", **ALBUM)
    answer = erin.post(page("album_start"), {"title": "", "preset": str(preset.pk)})
    assert answer.status_code == 422
    assert f'value="{preset.pk}" selected' in tight(answer.content)
    with acting_in(north):
        assert not Album.objects.for_studio(north).exists()


def test_a_first_link_whose_preset_is_gone_is_left_out(north: Studio, erin: Client, alice_user: User) -> None:
    link = made(erin, north, "link", **LINK)
    preset = made(erin, north, "album", **ALBUM, link=str(link.pk))
    erin.post(page("preset_delete", link.pk))
    assert erin.post(page("album_start"), {"title": "Later", "preset": str(preset.pk)}).status_code == 303
    with acting_in(north):
        assert not ShareLink.objects.for_studio(north).exists()


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("link", {"name": ""}), ("link", {"download": "all"}), ("link", {"open_days": "0"}),
        ("album", {"ordering": "size"}), ("album", {"sections": "x" * 121}),
        ("album", {"sections": "\n".join(map(str, range(31)))}),
        ("album", {"link": "01a1fdde-b973-79b9-bae8-e226f3349df9"}),
    ],
)  # fmt: skip
def test_an_unsuitable_preset_is_refused(north: Studio, erin: Client, kind: str, wrong: dict[str, str]) -> None:
    answer = erin.post(page("preset_new", kind), {**(LINK if kind == "link" else ALBUM), **wrong})
    assert answer.status_code == 422
    assert all_of(north, kind) == []


def test_a_viewer_and_a_stranger_reach_no_presets(north: Studio, erin: Client, bob: Client, charlie: Client) -> None:
    preset = made(erin, north, "link", **LINK)
    for client, status in ((bob, 403), (charlie, 404)):
        assert client.get(page("presets")).status_code == status
        assert client.post(page("preset", preset.pk), {**LINK, "name": "Mine"}).status_code == status
        assert client.post(page("preset_delete", preset.pk)).status_code == status
        assert client.post(page("album_start"), {"title": "Mine"}).status_code == status
    assert [one.name for one in all_of(north, "link")] == ["Couple"]


def test_there_are_two_kinds(erin: Client) -> None:
    assert erin.get(page("preset_new", "studio")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_defaults_at_once_leave_one(north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, save = Barrier(2), Preset.save

    def slowly(preset: Preset, **how: Any) -> None:
        """Both have looked before the first one writes, if nothing keeps them apart."""
        sleep(0.3)
        save(preset, **how)

    monkeypatch.setattr(Preset, "save", slowly)

    def tab(name: str) -> None:
        at_once.wait()
        try:
            with acting_in(north):
                row = Preset(studio=north, kind=PresetKind.LINK)
                presets.save(row, name=name, is_default=True, values={}, by=alice_user)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as both:
        list(both.map(tab, ("Wedding", "Press")))
    with acting_in(north):
        kept = list(Preset.objects.for_studio(north).values_list("is_default", flat=True))
    assert sorted(kept) == [False, True]
