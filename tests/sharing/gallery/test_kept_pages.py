"""A page that was kept is the page that would be made now: whatever changed, in any process, with Redis or without."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import audiences, counts, editing, marks, placements, sections, versions
from apps.albums.models import Agreement, Album, AlbumState, Ordering, Photo, Section
from apps.sharing import access
from apps.sharing.gallery import kept_pages
from apps.sharing.guests import visitors
from apps.sharing.links import lifecycle
from apps.sharing.models import Pick, Selection, ShareLink, Visitor
from apps.web.ttl_cache import TtlCache
from tests.amounts import amount
from tests.factories import PlacementFactory
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.favourites.conftest import Person, known

pytestmark = pytest.mark.django_db(transaction=True)

_TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w{64}')


def html_of(answer: object) -> str:
    """A page without the token that each guest has for themselves."""
    return _TOKEN.sub("", answer.content.decode())  # type: ignore[attr-defined]


def both_versions(share: Share) -> tuple[str, int]:
    """As guests who have said nothing see the album, and as all do."""
    now = timezone.now()
    with acting_in(share.studio):
        seen = access.open_link(share.token, {}, now=now).shown_version
        assert seen is not None
        return seen, versions.version_of(share.album)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Begins with no page at hand; the answer takes the memory of another process."""

    def another() -> None:
        for pages in ("_PAGES", "_OWN"):
            monkeypatch.setattr(kept_pages, pages, TtlCache(seconds=kept_pages.SECONDS, size=kept_pages.MOST))

    another()
    return another


def test_the_second_guest_gets_the_page_of_the_first_with_a_token_that_works(shared: Make) -> None:
    share = shared(may_favourite=True, asks_identity=False)
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    page = first.get(share.url()).content.decode()
    with CaptureQueriesContext(connection) as queries:
        again = second.get(share.url()).content.decode()
    assert [one for one in queries if "albums_placement" in one["sql"]] == []
    assert html_of_text(page) == html_of_text(again)
    token = _TOKEN.search(again)
    assert token
    assert token[0] not in page
    heart = f"{share.url()}photos/{share.photos[0].pk}/favourite/"
    refused = second.post(heart, {"on": "1", "csrfmiddlewaretoken": "x" * 64})
    taken = second.post(heart, {"on": "1", "csrfmiddlewaretoken": token[0]}, headers={"accept": "application/json"})
    assert (refused.status_code, taken.status_code) != (403, 403)
    assert refused.status_code == 403


def html_of_text(page: str) -> str:
    return _TOKEN.sub("", page)


@pytest.mark.parametrize("terms", [{"may_find": True}, {"people": "names"}])
def test_where_a_link_tells_of_people_no_page_is_kept(shared: Make, terms: dict[str, object]) -> None:
    share = shared(**terms)
    Client().get(share.url())
    with CaptureQueriesContext(connection) as queries:
        Client().get(share.url())
    assert [one for one in queries if "albums_placement" in one["sql"]] != []


def test_what_one_guest_chose_is_on_no_page_of_another_and_takes_none_away(shared: Make) -> None:
    share = shared(may_favourite=True)
    page = html_of(Client().get(share.url()))
    person = known(share)
    assert person.heart(0).status_code == 200
    shown, whole = both_versions(share)
    assert whole > int(shown.split(".")[1])
    assert person.heart(1).status_code == 200
    again, more = both_versions(share)
    assert again == shown
    assert more > whole
    with CaptureQueriesContext(connection) as queries:
        assert html_of(Client().get(share.url())) == page
    assert [one for one in queries if "albums_placement" in one["sql"]] == []
    assert 'aria-pressed="true"' in person.page("gallery")


def test_who_is_known_gets_their_own_page_again_until_they_or_the_album_change(shared: Make) -> None:
    share = shared(may_favourite=True)
    anna, ben = known(share), known(share, "ben@example.org")
    anna.heart(0)
    page = anna.page("gallery")
    with CaptureQueriesContext(connection) as queries:
        assert html_of_text(anna.page("gallery")) == html_of_text(page)
    assert [one for one in queries if "albums_placement" in one["sql"]] == []
    assert 'aria-pressed="true"' in page
    assert 'aria-pressed="true"' not in ben.page("gallery")
    anna.heart(0, on=False)
    assert 'aria-pressed="true"' not in anna.page("gallery")
    _hide_one(share)
    assert str(share.photos[0].pk) in page
    assert str(share.photos[0].pk) not in anna.page("gallery")


def test_a_revoked_link_shows_no_kept_page(shared: Make, alice_user: User) -> None:
    share = shared()
    assert Client().get(share.url()).status_code == 200
    with acting_in(share.studio):
        share.link.revoke(by=alice_user)
    assert Client().get(share.url()).status_code == 410


def test_a_change_between_door_and_page_is_on_the_next_page(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share, of = shared(), visitors.of

    def meanwhile(*given: Any, **named: Any) -> Any:
        Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(title="Zqx renamed")
        return of(*given, **named)

    with monkeypatch.context() as once:
        once.setattr(visitors, "of", meanwhile)
        assert "Zqx renamed" not in Client().get(share.url()).content.decode()
    assert "Zqx renamed" in Client().get(share.url()).content.decode()


def test_folding_the_changes_keeps_the_number_without_personal_ones(shared: Make) -> None:
    share = shared(may_favourite=True)
    person = known(share)
    person.heart(0)
    before = both_versions(share)
    versions.fold()
    person.heart(1)
    after = both_versions(share)
    assert after[0] == before[0]
    assert after[1] > before[1]


def test_rows_that_were_written_anew_are_another_version(shared: Make) -> None:
    """So are those of a studio that came back from a backup, and counts on from the number of that day."""
    share = shared()
    before = both_versions(share)
    with acting_in(share.studio):
        assert Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(title=F("title")) == 1
    after = both_versions(share)
    assert after[1] == before[1]
    assert after[0] != before[0]


def test_the_page_of_a_readable_address_is_kept_as_well(shared: Make) -> None:
    share = shared(slug="anna-tom", password=PASSWORD)
    client, address = Client(), f"/g/{share.studio.slug}.anna-tom/"
    assert client.post(address, {"password": PASSWORD}).status_code == 303
    page = html_of(client.get(address))
    with CaptureQueriesContext(connection) as queries:
        assert html_of(client.get(address)) == page
    assert [one for one in queries if "albums_placement" in one["sql"]] == []
    _hide_one(share)
    assert html_of(client.get(address)) != page


def test_while_nothing_changes_nothing_is_counted_however_long_it_is(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "KEPT_SECONDS", 0)
    share = shared(may_favourite=True)
    person = known(share)
    counted = []
    for act in (None, None, _hide_one, None):
        if act is not None:
            act(share)
        with CaptureQueriesContext(connection) as queries:
            assert person.client.get(share.url()).status_code == 200
        counted.append(sum('COUNT("albums_placement"."id")' in one["sql"] for one in queries))
    assert counted == [1, 0, 1, 0]


def _hide_one(share: Share) -> None:
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[0]).update(is_hidden=True)


# -- whatever changes --------------------------------------------------------------------------------------------------


@dataclass
class Stage:
    """A gallery that its studio works on, what a guest chose of it, and chance."""

    share: Share
    by: User
    chance: random.Random
    guest: Person

    @property
    def album(self) -> Album:
        return Album.objects.for_studio(self.share.studio).select_related("studio").get(pk=self.share.album.pk)

    @property
    def link(self) -> ShareLink:
        return ShareLink.objects.for_studio(self.share.studio).select_related("studio").get(pk=self.share.link.pk)

    def some(self) -> list[UUID]:
        photos = self.here()
        return self.chance.sample(photos, self.chance.randint(1, len(photos)))

    def here(self) -> list[UUID]:
        return list(self.album.placements.filter(trashed_at=None).values_list("photo_id", flat=True))

    def section(self) -> Section:
        rows = Section.objects.for_studio(self.share.studio).filter(album=self.share.album)
        return self.chance.choice(list(rows.select_related("album__studio").order_by("rank")))

    def word(self) -> str:
        return f"Word {self.chance.randrange(10**6)}"

    def flip(self) -> bool:
        return self.chance.random() < 0.5


def _agree(stage: Stage) -> None:
    """What a passport's answer does, by triggers and by `faces.listing.forget_counts`."""
    least = stage.chance.choice([Agreement.REFUSED, Agreement.UNKNOWN])
    Photo.objects.for_studio(stage.share.studio).filter(pk__in=stage.some()).update(agreement=least)
    counts.forget(stage.share.album.pk)


def _new_photo(stage: Stage) -> None:
    photo = PlacementFactory.create(album=stage.album, section=stage.section()).photo
    counts.forget(stage.share.album.pk)
    assert photo.pk in stage.here()


def _reopen(stage: Stage) -> None:
    """Without it most of a sequence would lie behind a closed door, or be of no photo."""
    if stage.album.state == AlbumState.DRAFT:
        editing.set_state(stage.album, AlbumState.LIVE, by=stage.by)
    if len(stage.here()) < 2:
        _new_photo(stage)


def _selections(stage: Stage) -> Any:
    return Selection.objects.for_studio(stage.share.studio).filter(visitor=stage.guest.visitor)


def _picks(stage: Stage, photos: list[UUID]) -> None:
    """What the guest's list holds, without the pages that say who may change it."""
    selection = _selections(stage).get()
    Pick.objects.for_studio(stage.share.studio).filter(selection=selection).delete()
    for photo in photos:
        Pick(studio=stage.share.studio, selection=selection, photo_id=photo).save()


DEEDS: list[Callable[[Stage], object]] = [
    lambda s: audiences.hide(s.album, s.some(), hidden=s.flip(), by=s.by),
    lambda s: audiences.withhold(s.album, s.some()[0], withheld=s.flip()),
    lambda s: audiences.show_photos_to(s.album, s.some(), [s.link.pk] if s.flip() else [], by=s.by),
    lambda s: audiences.show_photos_to(s.album, s.some(), None, by=s.by),
    lambda s: audiences.show_section_to(s.section(), [] if s.flip() else None, by=s.by),
    lambda s: editing.change(s.album, title=s.word(), description=s.word(), by=s.by),
    lambda s: editing.set_cover(s.album, s.some()[0], by=s.by),
    lambda s: editing.set_design(s.album, {"grid": s.chance.choice(["rows", "squares", "masonry"])}, by=s.by),
    lambda s: editing.set_studio_design(s.album.studio, {"theme": s.chance.choice(["auto", "dark"])}, by=s.by),
    lambda s: editing.set_more_coming(s.album, s.flip(), by=s.by),
    lambda s: editing.set_state(s.album, s.chance.choice([AlbumState.DRAFT, AlbumState.LIVE]), by=s.by),
    lambda s: editing.sort(s.album, s.chance.choice([Ordering.NAME, Ordering.TIME]), by=s.by),
    lambda s: editing.move(s.album, s.some(), by=s.by, before=None, section_id=s.section().pk),
    lambda s: marks.mark(_photo(s), by=s.by, album=s.album, caption=s.word()),
    lambda s: placements.take_out(s.album, s.some()[:1], by=s.by),
    lambda s: sections.add(s.album, s.word(), by=s.by),
    lambda s: sections.rename(s.section(), s.word(), by=s.by),
    lambda s: placements.move_to_section(s.album, s.some(), s.section(), by=s.by),
    lambda s: lifecycle.change(s.link, by=s.by, may_favourite=s.flip(), may_comment=s.flip()),
    lambda s: lifecycle.change(s.link, by=s.by, is_main=s.flip()),
    lambda s: Studio.objects.filter(pk=s.share.studio.pk).update(name=s.word()),
    lambda s: _picks(s, s.some()),
    lambda s: _picks(s, []),
    lambda s: _selections(s).update(title=s.word()),
    lambda s: _selections(s).update(state=s.chance.choice(["open", "sent"]), sent_at=timezone.now()),
    lambda s: Visitor.objects.for_studio(s.share.studio).filter(pk=s.guest.visitor.pk).update(name=s.word()),
    _agree,
    _new_photo,
]


def _photo(stage: Stage) -> Photo:
    return Photo.objects.for_studio(stage.share.studio).select_related("studio").get(pk=stage.some()[0])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(amount(2, 100)))
def test_a_kept_page_is_the_page_that_would_be_made_now(
    seed: int, shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = shared(may_favourite=True)
    guest = known(share)
    guest.heart(1)
    stage = Stage(share, alice_user, random.Random(seed), guest)
    processes = [TtlCache[object, str](seconds=kept_pages.SECONDS, size=kept_pages.MOST) for _ in range(2)]
    asked = ["", f"?photo={share.photos[1].pk}", ""]
    guests = [Client(), Client(), guest.client]
    once = 0

    def look(pages: TtlCache[object, str]) -> list[tuple[int, str]]:
        monkeypatch.setattr(kept_pages, "_PAGES", pages)
        monkeypatch.setattr(kept_pages, "_OWN", pages)
        answers = [guest.get(share.url() + query) for guest, query in zip(guests, asked, strict=True)]
        return [(answer.status_code, html_of(answer)) for answer in answers]

    # Each deed once, in any order.
    for deed in stage.chance.sample(DEEDS, len(DEEDS)):
        for pages in processes:
            look(pages)
        with acting_in(share.studio):
            _reopen(stage)
            deed(stage)
        if stage.chance.random() < 0.2:
            cache.clear()
        if stage.chance.random() < 0.2:
            versions.fold()
        with monkeypatch.context() as nothing_remembered:
            nothing_remembered.setattr(counts, "_remembered", lambda kind, albums, count: count(albums))
            nothing_remembered.setattr(counts, "_of_version", lambda kind, album, version, count: count())
            truth = look(TtlCache(seconds=0, size=0))
        once += truth[0][0] == 200
        for pages in processes:
            assert look(pages) == truth
    assert once, "every state of this sequence was closed to guests"
