"""The studio's side: who may make, change and see links; the sentence; QR; the journal."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import segno
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink, secrets
from apps.web.days import end_of_day
from tests.factories import AlbumFactory
from tests.sharing.conftest import PASSWORD, Make, Share

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "share"}


def page(name: str, share: Share, *more: object) -> str:
    return reverse(f"sharing:{name}", args=[share.studio.slug, share.album.pk, *more])


def rows(share: Share) -> list[ShareLink]:
    with acting_in(share.studio):
        return list(ShareLink.objects.for_studio(share.studio).select_related("studio", "album").order_by("created_at"))


def journal(share: Share) -> list[str]:
    with acting_in(share.studio):
        found = JournalEntry.objects.for_studio(share.studio).filter(verb__startswith="link.")
        return list(found.order_by("at").values_list("verb", flat=True))


def test_all_that_is_wrong_with_a_link_is_told_at_once(shared: Make, erin: Client) -> None:
    share = shared()
    wrong = {
        "label": "Press",
        "password": "abc",
        "expires_on": "2020-01-01",
        "download_limit": "0",
        "file_names": "{gallery}",
        "download": "original",
    }
    answer = erin.post(page("links", share), wrong, headers=HTMX)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"password", "expires_on", "download_limit", "file_names"}


def test_an_editor_makes_a_link_that_opens(shared: Make, erin: Client) -> None:
    share = shared()
    response = erin.post(
        page("links", share), {"label": "Grandma", "password": PASSWORD, "download": "web"}, headers=HTMX
    )
    assert response.status_code == 200
    made = rows(share)[-1]
    assert (made.label, made.download, made.is_password_protected) == ("Grandma", "web", True)
    address = made.url
    assert address in response.content.decode()
    assert f"link-{made.pk}" in response.content.decode()
    opened = Client().post(address.removeprefix(settings.PUBLIC_URL), {"password": PASSWORD})
    assert opened.status_code == 303
    assert "Link created." in response["HX-Trigger"]


def test_link_and_password_are_copied_together_once(shared: Make, erin: Client) -> None:
    share = shared()
    form = {"label": "Grandma", "password": PASSWORD, "download": "web"}
    html = erin.post(page("links", share), form, headers=HTMX).content.decode()
    made = rows(share)[-1]
    assert f"{made.url}\nPassword: {PASSWORD}</textarea>" in html
    assert f'href="{page("email_new", share)}?link={made.pk}"' in html
    again = erin.get(page("links", share), headers=HTMX).content.decode()
    assert PASSWORD not in again
    assert made.url in again


def test_a_draft_is_published_where_it_is_shared(shared: Make, erin: Client, bob: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(state=AlbumState.DRAFT)
    assert bob.post(page("publish", share)).status_code == 403
    html = erin.get(page("links", share), headers=HTMX).content.decode()
    assert "This gallery is a draft." in html
    assert ">Open</span>" not in html
    answer = erin.post(page("publish", share), headers=HTMX)
    assert ">Open</span>" in answer.content.decode()
    assert 'id="delivery" class="delivery no-print" hx-swap-oob="true"' in answer.content.decode()
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert Client().get(share.url()).status_code == 200
    erin.post(toast["undo"])
    assert Client().get(share.url()).status_code == 404


def test_without_scripts_a_good_form_leads_back_to_the_list(shared: Make, erin: Client) -> None:
    share = shared()
    response = erin.post(page("links", share), {"label": "Grandma", "download": "none"}, follow=True)
    assert response.redirect_chain == [(page("links", share), 303)]
    assert "Grandma" in response.content.decode()


@pytest.mark.parametrize("text", ["five5", "   ab   ", "x" * 129])
def test_an_unsuitable_password_is_said_beside_the_field(shared: Make, erin: Client, text: str) -> None:
    share = shared()
    response = erin.post(page("links", share), {"label": "a", "password": text, "download": "none"}, headers=HTMX)
    assert response.status_code == 422
    assert "characters" in response.content.decode()
    assert len(rows(share)) == 1


@pytest.mark.parametrize("days", [-1, 4000])
def test_an_unsuitable_day_is_said_beside_the_field(shared: Make, erin: Client, days: int) -> None:
    share = shared()
    day = timezone.localdate() + timedelta(days=days)
    response = erin.post(page("links", share), {"download": "none", "expires_on": day.isoformat()}, headers=HTMX)
    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()
    assert len(rows(share)) == 1


def test_an_album_has_so_many_links_at_most(shared: Make, erin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "PER_ALBUM", 1)
    share = shared()
    answer = erin.post(page("links", share), {"label": "One more", "download": "none"})
    assert answer.status_code == 422
    assert "at most 1 links" in answer.content.decode()


def test_a_password_that_was_changed_meanwhile_is_not_put_back(shared: Make, alice_user: User) -> None:
    share = shared(password=PASSWORD)
    with acting_in(share.studio):
        stale = ShareLink.objects.for_studio(share.studio).select_related("studio", "album").get(pk=share.link.pk)
    share.change(password="another one")
    with acting_in(share.studio):
        lifecycle.change(stale, by=alice_user, label="Renamed")
        fresh = ShareLink.objects.for_studio(share.studio).get(pk=share.link.pk)
    assert fresh.label == "Renamed"
    assert secrets.is_password("another one", fresh.password_hash)


def test_an_editor_changes_a_link(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    day = timezone.localdate() + timedelta(days=3)
    form = {"label": "New name", "download": "original", "expires_on": day.isoformat(), "password": ""}
    response = erin.post(page("link", share, share.link.pk), form, headers=HTMX)
    assert response.status_code == 200
    link = rows(share)[0]
    assert (link.label, link.download, link.expires_on) == ("New name", "original", day)
    assert link.expires_at == end_of_day(day, share.studio.zone)
    assert link.is_password_protected
    assert link.version == 1


def test_a_bad_change_gives_the_form_back_in_its_place(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    form = {"label": "New name", "download": "original", "password": "abc"}
    response = erin.post(page("link", share, share.link.pk), form, headers=HTMX)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#link-form"
    assert rows(share)[0].label == "Zqx couple"


def test_a_link_whose_day_is_over_can_be_renamed_and_prolonged(shared: Make, erin: Client) -> None:
    share = shared()
    gone = timezone.localdate() - timedelta(days=2)
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(
            expires_on=gone, expires_at=end_of_day(gone, share.studio.zone)
        )
    form = {"label": "Old", "download": "none", "expires_on": gone.isoformat()}
    assert erin.post(page("link", share, share.link.pk), form, headers=HTMX).status_code == 200
    assert Client().get(share.url()).status_code == 410
    form["expires_on"] = timezone.localdate().isoformat()
    assert erin.post(page("link", share, share.link.pk), form, headers=HTMX).status_code == 200
    assert Client().get(share.url()).status_code == 200


def test_a_password_is_taken_away_by_its_box_only(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    form: dict[str, Any] = {"label": "a", "download": "none", "password": ""}
    erin.post(page("link", share, share.link.pk), form)
    assert rows(share)[0].is_password_protected
    erin.post(page("link", share, share.link.pk), {**form, "no_password": "on"})
    assert not rows(share)[0].is_password_protected


def test_revoke_restore_delete(shared: Make, erin: Client) -> None:
    share = shared()
    assert erin.post(page("link_revoke", share, share.link.pk), headers=HTMX).status_code == 200
    assert Client().get(share.url()).status_code == 410
    assert erin.post(page("link_restore", share, share.link.pk), headers=HTMX).status_code == 200
    assert Client().get(share.url()).status_code == 200
    assert erin.post(page("link_delete", share, share.link.pk)).status_code == 303
    assert Client().get(share.url()).status_code == 404
    assert journal(share) == ["link.created", "link.revoked", "link.restored", "link.deleted"]


def test_doing_it_twice_is_doing_it_once(shared: Make, erin: Client) -> None:
    share = shared()
    for name in ("link_revoke", "link_revoke", "link_restore", "link_restore"):
        erin.post(page(name, share, share.link.pk))
    assert journal(share) == ["link.created", "link.revoked", "link.restored"]
    assert rows(share)[0].version == 2


DEEDS = ("link_revoke", "link_restore", "link_delete", "link")


@pytest.mark.parametrize("deed", DEEDS)
def test_a_viewer_changes_no_link(shared: Make, bob: Client, deed: str) -> None:
    share = shared()
    assert bob.post(page(deed, share, share.link.pk), {"label": "x", "download": "none"}).status_code == 403
    assert bob.post(page("links", share), {"label": "x", "download": "none"}).status_code == 403
    assert [row.label for row in rows(share)] == ["Zqx couple"]


@pytest.mark.parametrize("deed", [*DEEDS, "links"])
def test_a_stranger_finds_no_link(shared: Make, charlie: Client, deed: str) -> None:
    share = shared()
    more = () if deed == "links" else (share.link.pk,)
    for client in (charlie,):
        assert client.post(page(deed, share, *more), {"label": "x"}).status_code == 404
        assert client.get(page(deed, share, *more)).status_code in (404, 405)
    assert [row.label for row in rows(share)] == ["Zqx couple"]


def test_g18_a_viewer_sees_the_links_but_not_their_addresses(shared: Make, bob: Client, erin: Client) -> None:
    share = shared()
    for client, may in ((bob, False), (erin, True)):
        text = client.get(page("links", share)).content.decode()
        assert "Zqx couple" in text
        assert "Anyone with the link can look" in text
        assert (share.token in text) == may
    assert bob.get(page("link_qr", share, share.link.pk, "svg")).status_code == 403


def test_a_link_of_another_album_is_not_found_below_this_one(shared: Make, erin: Client) -> None:
    share, other = shared(), shared()
    assert erin.get(page("link", share, other.link.pk)).status_code == 404
    assert erin.post(page("link_delete", share, other.link.pk)).status_code == 404


def test_an_album_in_the_trash_has_no_share_dialog(shared: Make, erin: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        share.album.trashed_at = timezone.now()
        share.album.save(update_fields=["trashed_at"])
    assert erin.get(page("links", share)).status_code == 404


def _matrix_of_svg(svg: str, size: int) -> list[list[int]]:
    """The modules of a QR drawn by horizontal strokes."""
    found = [[0] * size for _ in range(size)]
    path = re.search(r'class="qrline" d="([^"]+)"|\bd="([^"]+)"', svg)
    assert path is not None
    x, y = 0.0, 0.0
    for command, arguments in re.findall(r"([MmHhVv])([-\d. ]*)", path.group(1) or path.group(2)):
        numbers = [float(one) for one in re.findall(r"-?\d*\.?\d+", arguments)]
        if command == "M":
            x, y = numbers
        elif command == "m":
            x, y = x + numbers[0], y + numbers[1]
        elif command == "h":
            for column in range(int(x), int(x + numbers[0])):
                found[int(y)][column] = 1
            x += numbers[0]
    return found


def test_the_qr_code_leads_to_the_link(shared: Make, erin: Client) -> None:
    share = shared()
    wanted = segno.make_qr(share.link.url, error="m")
    expected = [[1 if cell else 0 for cell in row] for row in wanted.matrix_iter(border=4)]
    svg = erin.get(page("link_qr", share, share.link.pk, "svg"))
    assert svg["Content-Type"] == "image/svg+xml"
    assert _matrix_of_svg(svg.content.decode(), len(expected)) == expected
    png = erin.get(page("link_qr", share, share.link.pk, "png"))
    assert png["Content-Type"] == "image/png"
    with Image.open(BytesIO(png.content)) as image:
        step = image.width // len(expected)
        grey = image.convert("L")
        read = [
            [int(grey.getpixel((x * step + step // 2, y * step + step // 2)) < 128) for x in range(len(expected))]  # type: ignore[operator]
            for y in range(len(expected))
        ]
    assert read == expected
    assert step == 16


def test_a_qr_code_is_kept_nowhere_and_runs_nothing(shared: Make, erin: Client) -> None:
    share = shared()
    for kind in ("svg", "png"):
        response = erin.get(page("link_qr", share, share.link.pk, kind))
        assert response["Cache-Control"] == "private, no-store"
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert erin.get(page("link_qr", share, share.link.pk, "pdf")).status_code == 404


def test_a_link_whose_token_cannot_be_read_any_more_still_works(shared: Make, erin: Client) -> None:
    """After a change of the installation's secret the sealed copy is lost, but not the link."""
    share = shared()
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(token_sealed="gone")
    assert share.token not in erin.get(page("links", share)).content.decode()
    assert erin.get(page("link_qr", share, share.link.pk, "svg")).status_code == 404
    assert Client().get(share.url()).status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "can look at the photos, but not download them, mark favourites or comment, without an end date."),
        ({"download": "web"}, "download them in web size (2400 px)"),
        ({"download": "original", "password": "long enough"}, "with the link and its password"),
        ({"has_password": "True"}, "and its password"),
        ({"has_password": "True", "no_password": "on"}, "Anyone with the link can"),
        ({"expires_on": "2036-02-29"}, "until the end of Fri 29 Feb 2036"),
        ({"expires_on": "2020-01-01"}, "No one can open this link: it expired at the end of Wed 1 Jan 2020."),
        ({"expires_on": "9999-12-31"}, "without an end date"),
        ({"expires_on": "0001-01-01"}, "without an end date"),
        ({"expires_on": "junk", "download": "junk"}, "but not download them, mark favourites or comment"),
    ],
)
def test_the_sentence_follows_the_form(shared: Make, erin: Client, form: dict[str, str], said: str) -> None:
    share = shared()
    response = erin.post(page("sentence", share), form, headers=HTMX)
    assert response.status_code == 200
    assert said in response.content.decode()


def test_the_form_of_a_locked_link_says_so(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    text = erin.get(page("link", share, share.link.pk)).content.decode()
    assert "and its password" in text
    assert 'name="no_password"' in text
    assert PASSWORD not in text


def test_labels_are_text(shared: Make, erin: Client) -> None:
    share = shared(label="<script>alert(1)</script>")
    text = erin.get(page("links", share)).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_the_dialog_asks_the_database_the_same_for_one_link_and_for_many(
    shared: Make, erin: Client, django_assert_max_num_queries: Any, alice_user: Any
) -> None:
    share = shared()
    with acting_in(share.studio):
        for number in range(15):
            lifecycle.create(share.album, by=alice_user, label=f"{number}")
    with django_assert_max_num_queries(21):
        assert erin.get(page("links", share), headers=HTMX).status_code == 200


def test_times_are_those_of_the_studios_clock(shared: Make, erin: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        share.studio.time_zone = "Pacific/Kiritimati"
        share.studio.save(update_fields=["time_zone"])
        ShareLink.objects.for_studio(share.studio).update(
            views=1, last_opened_at=datetime(2024, 11, 20, 23, 30, tzinfo=UTC)
        )
    assert "Opened once, last Thu 21 Nov 2024, 13:30" in erin.get(page("links", share)).content.decode()


def test_a_viewer_is_offered_no_deeds(shared: Make, bob: Client) -> None:
    share = shared()
    text = bob.get(page("links", share)).content.decode()
    assert not [name for name in ("revoke", "delete", "qr.svg", "<textarea") if name in text]


def test_links_of_one_album_are_not_listed_in_another(shared: Make, erin: Client) -> None:
    share = shared()
    empty = AlbumFactory.create(studio=share.studio)
    text = erin.get(reverse("sharing:links", args=["north", empty.pk])).content.decode()
    assert "Zqx " not in text


def test_tokens_are_long_random_and_never_alike() -> None:
    tokens = {secrets.new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}


def test_an_editor_extends_a_link_and_switches_its_reminders_beside_it(shared: Make, erin: Client) -> None:
    today = timezone.localdate()
    share = shared(expires_on=today)
    dialog = erin.get(page("links", share)).content.decode()
    assert page("link_extend", share, share.link.pk) in dialog
    assert "Stop reminders" in dialog
    back = erin.post(page("link_extend", share, share.link.pk))
    assert (back.status_code, back["Location"]) == (303, page("links", share))
    assert erin.post(page("link_reminders", share, share.link.pk), {"on": "0"}).status_code == 303
    share.reload()
    assert (share.link.expires_on, share.link.has_reminders) == (today + timedelta(days=30), False)
    assert "No reminders" in erin.get(page("links", share)).content.decode()
    assert erin.post(page("link_reminders", share, share.link.pk), {"on": "1"}).status_code == 303
    share.reload()
    assert share.link.has_reminders


def test_a_link_without_an_end_has_nothing_to_extend(shared: Make, erin: Client) -> None:
    share = shared()
    assert page("link_extend", share, share.link.pk) not in erin.get(page("links", share)).content.decode()
