"""G19: what the studio or the client keeps from a guest is in no list, page, file, archive and count of theirs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums import audiences
from apps.albums.models import Photo, Placement, Section
from apps.media import serving
from apps.sharing.downloads.archive import response
from apps.sharing.gallery import pictures
from apps.sharing.links import lifecycle, usage
from apps.sharing.models import Activity, ActivityKind, ShareLink
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory
from tests.markup import tight
from tests.sharing.conftest import Make, Share, fetch, real_photo

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@dataclass
class Audience:
    """A share with three links: the client's own, the guests' and the florist's. Each opens without a password."""

    share: Share
    tokens: dict[str, str]
    links: dict[str, UUID]
    by: User
    party: Section

    def page(self, who: str, name: str = "gallery", photo: Photo | None = None) -> str:
        return reverse(f"sharing:{name}", args=[self.tokens[who], *([photo.pk] if photo else [])])

    def studio(self, name: str, *more: object) -> str:
        return reverse(f"sharing:{name}", args=["north", self.share.album.pk, *more])

    def do(self, deed: Callable[..., Any], *args: Any, **values: Any) -> Any:
        with acting_in(self.share.studio):
            return deed(*args, **values)

    def placement(self, photo: Photo) -> Placement:
        with acting_in(self.share.studio):
            return Placement.objects.for_studio(self.share.studio).get(photo=photo)


@pytest.fixture
def audience(shared: Make, alice_user: User) -> Audience:
    """Photos 0-2 lie in "Zqx ceremony", photo 3 alone in "Zqx party"."""
    share = shared(download="original", is_main=True, may_favourite=True)
    party = SectionFactory.create(album=share.album, title="Zqx party", rank=2)
    share.photos.append(real_photo(share.album, "ZQX_3.JPG"))
    PlacementFactory.create(album=share.album, photo=share.photos[3], section=party, section_rank=2, sort_key="009")
    tokens, ids = {"couple": share.token}, {"couple": share.link.pk}
    for who in ("guests", "florist"):
        with acting_in(share.studio):
            link, tokens[who] = lifecycle.create(
                share.album, by=alice_user, label=f"Zqx {who}", download="original", may_favourite=True
            )
        ids[who] = link.pk
    return Audience(share, tokens, ids, alice_user, party)


def seen(audience: Audience, who: str) -> set[int]:
    """Numbers of the photos that a guest finds, the same by every way there is, or the test fails."""
    pictures.RIGHTS.clear()
    pictures.PLACES.clear()
    client, share = Client(), audience.share
    gallery = client.get(audience.page(who)).content.decode()
    listed = {n for n, photo in enumerate(share.photos) if f'id="p-{photo.pk}"' in gallery}
    total = int(re.search(r'data-total="(\d+)"', gallery)[1])  # type: ignore[index]
    ways = {
        "counted": set(range(total)) if total != len(listed) else listed,
        "named": {n for n in range(4) if f"ZQX_{n}" in gallery},
        "single": {
            n for n, p in enumerate(share.photos) if client.get(audience.page(who, "photo", p)).status_code == 200
        },
        "downloaded": {
            n
            for n, p in enumerate(share.photos)
            if "Content-Disposition" in client.get(audience.page(who, "download", p))
        },
        "zipped": zipped(audience, who, client),
    }
    for size in ("tile", "thumb", "web"):
        ways[size] = {n for n, p in enumerate(share.photos) if fetch(client, share.picture(size, p)).status == 200}
    assert ways == dict.fromkeys(ways, listed)
    with acting_in(share.studio):
        rows = list(ShareLink.objects.for_studio(share.studio).filter(album=share.album))
        assert usage.photos_shown(share.album, rows)[audience.links[who]] == len(listed)
    return listed


def zipped(audience: Audience, who: str, client: Client) -> set[int]:
    path = reverse("sharing:archive", args=[audience.tokens[who]])
    reply = fetch(client, path, app=response.archive, query={"what": "all", "size": "original"})
    names = zipfile.ZipFile(io.BytesIO(reply.body)).namelist() if reply.status == 200 else []
    return {n for n in range(4) for name in names if name.endswith(f"ZQX_{n}.JPG")}


def everybody(audience: Audience) -> dict[str, set[int]]:
    return {who: seen(audience, who) for who in audience.tokens}


ALL = {0, 1, 2, 3}


def test_without_restrictions_every_link_shows_everything(audience: Audience) -> None:
    assert everybody(audience) == {"couple": ALL, "guests": ALL, "florist": ALL}


def test_g19_a_photo_is_shown_by_the_chosen_links_only(audience: Audience) -> None:
    ids = [audience.share.photos[1].pk]
    audience.do(audiences.show_photos_to, audience.share.album, ids, [audience.links["florist"]], by=audience.by)
    assert everybody(audience) == {"couple": {0, 2, 3}, "guests": {0, 2, 3}, "florist": ALL}
    audience.do(audiences.show_photos_to, audience.share.album, ids, None, by=audience.by)
    assert everybody(audience) == {"couple": ALL, "guests": ALL, "florist": ALL}


def test_g19_a_section_is_shown_by_the_chosen_links_only(audience: Audience) -> None:
    chosen = [audience.links["couple"], audience.links["guests"]]
    audience.do(audiences.show_section_to, audience.party, chosen, by=audience.by)
    assert everybody(audience) == {"couple": ALL, "guests": ALL, "florist": {0, 1, 2}}
    assert "Zqx party" not in Client().get(audience.page("florist")).content.decode()
    assert "Zqx party" in Client().get(audience.page("guests")).content.decode()


@pytest.mark.slow
def test_g19_a_photo_for_a_link_stays_hidden_in_a_section_for_others(audience: Audience) -> None:
    audience.do(audiences.show_section_to, audience.party, [audience.links["couple"]], by=audience.by)
    ids = [audience.share.photos[3].pk]
    audience.do(audiences.show_photos_to, audience.share.album, ids, [audience.links["florist"]], by=audience.by)
    assert everybody(audience) == {"couple": {0, 1, 2}, "guests": {0, 1, 2}, "florist": {0, 1, 2}}


def test_g19_what_the_studio_hides_nobody_sees(audience: Audience) -> None:
    audience.do(audiences.hide, audience.share.album, [audience.share.photos[0].pk], hidden=True, by=audience.by)
    assert everybody(audience) == dict.fromkeys(audience.tokens, {1, 2, 3})


@pytest.mark.slow
def test_g19_what_the_client_hides_the_client_alone_sees(audience: Audience) -> None:
    assert audience.do(audiences.withhold, audience.share.album, audience.share.photos[2].pk, withheld=True)
    assert everybody(audience) == {"couple": ALL, "guests": {0, 1, 3}, "florist": {0, 1, 3}}


def test_g19_a_browser_with_several_links_gets_what_any_of_them_shows_and_no_more(audience: Audience) -> None:
    photos = audience.share.photos
    for number, who in enumerate(("guests", "florist", "couple")):
        ids = [photos[number].pk]
        audience.do(audiences.show_photos_to, audience.share.album, ids, [audience.links[who]], by=audience.by)
    client = Client()

    def given(*links: str) -> list[int]:
        for who in links:
            client.get(audience.page(who))
        pictures.RIGHTS.clear()
        pictures.PLACES.clear()
        # Twice: first the rows decide, then what is remembered of them.
        answers = [[fetch(client, audience.share.picture("web", p)).status for p in photos] for _ in range(2)]
        assert answers[0] == answers[1]
        return answers[0]

    assert given("guests") == [200, 404, 404, 200]
    assert given("guests", "florist") == [200, 200, 404, 200]
    with acting_in(audience.share.studio):
        florist = ShareLink.objects.for_studio(audience.share.studio).get(pk=audience.links["florist"])
        florist.revoke(by=audience.by)
    assert given() == [200, 404, 404, 200]


@pytest.mark.slow
def test_a_deleted_link_opens_nothing_to_the_others(audience: Audience) -> None:
    audience.do(audiences.show_section_to, audience.party, [audience.links["florist"]], by=audience.by)
    with acting_in(audience.share.studio):
        florist = ShareLink.objects.for_studio(audience.share.studio).get(pk=audience.links["florist"])
        florist.remove(by=audience.by)
    assert {seen(audience, who) == {0, 1, 2} for who in ("couple", "guests")} == {True}


# -- the client's own link hides ---------------------------------------------------------------------


def withhold(audience: Audience, who: str, number: int, on: str, **headers: str) -> Any:
    photo = audience.share.photos[number]
    return Client(headers=headers).post(audience.page(who, "withhold", photo), {"on": on})


def test_the_client_hides_and_shows_a_photo_without_scripts(audience: Audience) -> None:
    photo = audience.share.photos[1]
    single = Client().get(audience.page("couple", "photo", photo)).content.decode()
    assert "Hide from guests" in single
    answer = withhold(audience, "couple", 1, "1")
    assert (answer.status_code, answer["Location"]) == (303, audience.page("couple", "photo", photo))
    assert seen(audience, "guests") == {0, 2, 3}
    assert "Show to guests again" in Client().get(audience.page("couple", "photo", photo)).content.decode()
    assert withhold(audience, "couple", 1, "0").status_code == 303
    assert seen(audience, "guests") == ALL


def test_a_script_is_told_what_holds_now(audience: Audience) -> None:
    photo = audience.share.photos[1]
    answer = withhold(audience, "couple", 1, "1", Accept="application/json")
    assert answer.json() == {"photo": str(photo.pk), "withheld": True}
    state = Client().get(audience.page("couple", "withheld"))
    assert state.json() == {"photos": [str(photo.pk)]}


def test_hiding_twice_is_hiding_once(audience: Audience) -> None:
    for on in ("1", "1", "0", "0"):
        assert withhold(audience, "couple", 1, on).status_code == 303
    with acting_in(audience.share.studio):
        told = Activity.objects.for_studio(audience.share.studio).filter(kind__in=["hid", "showed"]).order_by("at")
        assert [(one.kind, one.photo_id) for one in told] == [
            (ActivityKind.HID, audience.share.photos[1].pk), (ActivityKind.SHOWED, audience.share.photos[1].pk)
        ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("who", ["guests", "florist"])
def test_g19_no_other_link_hides_a_photo(audience: Audience, who: str) -> None:
    assert withhold(audience, who, 1, "1").status_code == 404
    assert Client().get(audience.page(who, "withheld")).status_code == 404
    assert everybody(audience) == dict.fromkeys(audience.tokens, ALL)
    page = Client().get(audience.page(who, "photo", audience.share.photos[1])).content.decode()
    assert "Hide from guests" not in page
    assert "withhold" not in Client().get(audience.page(who)).content.decode()


def test_the_client_hides_nothing_that_it_does_not_see(audience: Audience) -> None:
    photo = audience.share.photos[1]
    audience.do(audiences.hide, audience.share.album, [photo.pk], hidden=True, by=audience.by)
    assert withhold(audience, "couple", 1, "1").status_code == 404
    assert audience.placement(photo).is_withheld is False


def test_the_right_is_gone_when_the_link_loses_it(audience: Audience) -> None:
    withhold(audience, "couple", 1, "1")
    audience.share.change(is_main=False)
    assert withhold(audience, "couple", 1, "0").status_code == 404
    assert seen(audience, "couple") == {0, 2, 3}


def test_hidden_photos_leave_open_pages_within_half_a_minute(
    audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    for memory in (pictures.RIGHTS, pictures.PLACES):
        monkeypatch.setattr(memory, "clock", lambda: now[0])
    guest, photo = Client(), audience.share.photos[1]
    guest.get(audience.page("guests"))
    assert fetch(guest, audience.share.picture("web", photo)).status == 200
    withhold(audience, "couple", 1, "1")
    now[0] += serving.CACHED_SECONDS
    assert fetch(guest, audience.share.picture("web", photo)).status == 404
    assert fetch(guest, audience.share.picture("web", audience.share.photos[0])).status == 200


# -- the studio's side -------------------------------------------------------------------------------


def test_the_studio_shows_selected_photos_to_chosen_links(audience: Audience, erin: Client) -> None:
    photos = [str(photo.pk) for photo in audience.share.photos[:2]]
    asked = erin.post(audience.studio("photos_audience"), {"photo": photos}, headers=HTMX)
    assert asked.status_code == 200
    said = asked.content.decode()
    assert "2 photos" in said
    assert 'value="all"' in said
    assert "Zqx florist" in said
    form = {"photos": ",".join(photos), "seen_by": "chosen", "links": [str(audience.links["florist"])]}
    done = erin.post(audience.studio("photos_audience"), form, headers=HTMX)
    assert done.status_code == 204
    assert "glassine:audience" in done["HX-Trigger"]
    assert everybody(audience) == {"couple": {2, 3}, "guests": {2, 3}, "florist": ALL}
    again = erin.post(audience.studio("photos_audience"), {"photo": photos}).content.decode()
    assert re.search(r'value="chosen"[^>]*checked', again)
    assert re.search(rf'value="{audience.links["florist"]}"[^>]*checked', again)


@pytest.mark.slow
def test_the_studio_hides_selected_photos_from_everybody(audience: Audience, erin: Client) -> None:
    form = {"photos": str(audience.share.photos[0].pk), "seen_by": "nobody"}
    assert erin.post(audience.studio("photos_audience"), form).status_code == 303
    assert everybody(audience) == dict.fromkeys(audience.tokens, {1, 2, 3})
    assert erin.post(audience.studio("photos_audience"), {**form, "seen_by": "all"}).status_code == 303
    assert everybody(audience) == dict.fromkeys(audience.tokens, ALL)


def test_the_studio_shows_a_section_to_chosen_links(audience: Audience, erin: Client) -> None:
    path = audience.studio("section_audience", audience.party.pk)
    assert "Zqx party" in erin.get(path).content.decode()
    form = {"seen_by": "chosen", "links": [str(audience.links["couple"])]}
    assert erin.post(path, form, headers=HTMX).status_code == 204
    assert everybody(audience) == {"couple": ALL, "guests": {0, 1, 2}, "florist": {0, 1, 2}}


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [{"seen_by": "chosen"}, {"seen_by": "chosen", "links": [str(uuid4())]}, {"seen_by": "someone"}, {"seen_by": ""}],
)
def test_an_audience_that_is_none_is_refused_in_place(audience: Audience, erin: Client, form: dict[str, Any]) -> None:
    sent = {**form, "photos": str(audience.share.photos[0].pk)}
    for path in (audience.studio("photos_audience"), audience.studio("section_audience", audience.party.pk)):
        answer = erin.post(path, sent, headers=HTMX)
        assert answer.status_code == 422
        assert 'class="errors"' in answer.content.decode()
    assert everybody(audience) == dict.fromkeys(audience.tokens, ALL)


def test_a_link_of_another_album_is_no_audience(audience: Audience, erin: Client, shared: Make) -> None:
    other = shared()
    form = {"seen_by": "chosen", "links": [str(other.link.pk)]}
    assert erin.post(audience.studio("section_audience", audience.party.pk), form, headers=HTMX).status_code == 422


def test_photos_of_another_album_are_not_touched(audience: Audience, erin: Client) -> None:
    foreign = PlacementFactory.create(album=AlbumFactory.create(studio=audience.share.studio))
    form = {"photos": str(foreign.photo_id), "seen_by": "nobody"}
    assert erin.post(audience.studio("photos_audience"), form).status_code == 404
    assert audience.placement(foreign.photo).is_hidden is False


def test_a_viewer_changes_no_audience(audience: Audience, bob: Client) -> None:
    form = {"photos": str(audience.share.photos[0].pk), "seen_by": "nobody"}
    assert bob.post(audience.studio("photos_audience"), form).status_code == 403
    assert bob.post(audience.studio("section_audience", audience.party.pk), {"seen_by": "all"}).status_code == 403
    assert everybody(audience) == dict.fromkeys(audience.tokens, ALL)


def test_the_studio_sees_what_is_kept_from_whom_and_filters_by_it(audience: Audience, bob: Client) -> None:
    photos, album = audience.share.photos, audience.share.album
    audience.do(audiences.withhold, album, photos[0].pk, withheld=True)
    audience.do(audiences.hide, album, [photos[1].pk], hidden=True, by=audience.by)
    audience.do(audiences.show_photos_to, album, [photos[2].pk], [audience.links["couple"]], by=audience.by)
    page = reverse("albums:detail", args=["north", album.pk])
    every = bob.get(page).content.decode()
    tiles = re.findall(r'id="p-([0-9a-f-]+)".*?(?=<div class="t |<i class="fill">)', every, re.DOTALL)
    assert len(tiles) == 4
    for kept, number, words in (
        ("withheld", 0, "Hidden by the client"), ("hidden", 1, "Hidden"), ("chosen", 2, "Chosen links")
    ):  # fmt: skip
        assert f'href="{page}?kept={kept}">{words}<small>1</small>' in tight(every)
        filtered = bob.get(f"{page}?kept={kept}").content.decode()
        assert re.findall(r'id="p-([0-9a-f-]+)"', filtered) == [str(photos[number].pk)]
        assert f'<span class="kept"><b>{words}</b></span>' in filtered


def test_an_album_in_which_nothing_is_kept_has_no_filters(audience: Audience, bob: Client) -> None:
    assert "?kept=" not in bob.get(reverse("albums:detail", args=["north", audience.share.album.pk])).content.decode()
