"""A visitor's lists: hearts, limits, sending, rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, Stack
from apps.sharing import access
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.favourites import hearts, lists
from apps.sharing.favourites.lists import ListRefused
from apps.sharing.models import Activity, ActivityKind, Pick, Selection, SelectionPreset, ShareLink, Visitor, Work
from tests.accounts.emails import send_all
from tests.actors import keep_to
from tests.factories import AlbumFactory, MembershipFactory, PlacementFactory, UserFactory
from tests.sharing.conftest import Make, Share

ADA = "ada@example.com"

pytestmark = pytest.mark.django_db


@dataclass
class Guest:
    """A known person inside a gallery."""

    share: Share
    grant: Grant
    visitor: Visitor

    def heart(self, number: int, *, on: bool = True, selection: Selection | None = None) -> hearts.HeartTally:
        """Tap the heart of one of the album's photos."""
        with acting_in(self.share.studio):
            photo = self.share.photos[number]
            chosen = selection.pk if selection else None
            return hearts.heart(self.grant, self.visitor, photo.pk, on=on, selection_id=chosen)

    def send(self, note: str = "") -> Selection:
        """Send the first list."""
        with acting_in(self.share.studio):
            return hearts.send(self.grant, self.visitor, self.first().pk, note=note, now=timezone.now())

    def reopen(self) -> Selection:
        """Open the first list again."""
        with acting_in(self.share.studio):
            return hearts.reopen(self.grant, self.visitor, self.first().pk)

    def first(self) -> Selection:
        """The first list as its row stands."""
        with acting_in(self.share.studio):
            found = Selection.objects.for_studio(self.share.studio).filter(visitor=self.visitor)
            return found.select_related("preset").order_by("created_at").first()  # type: ignore[return-value]

    def picks(self) -> dict[int, Pick]:
        """What is in all lists, by the number of the photo."""
        numbers = {photo.pk: number for number, photo in enumerate(self.share.photos)}
        with acting_in(self.share.studio):
            return {numbers[pick.photo_id]: pick for pick in Pick.objects.for_studio(self.share.studio)}

    def deeds(self) -> list[str]:
        """Kinds of what was written down, in order."""
        with acting_in(self.share.studio):
            rows = Activity.objects.for_studio(self.share.studio).filter(visitor=self.visitor)
            return list(rows.order_by("at", "id").values_list("kind", flat=True))


Enter = Callable[..., Guest]


@contextmanager
def refused(code: str) -> Iterator[Any]:
    """The deed is refused with this code."""
    with pytest.raises(ListRefused) as caught:
        yield caught
    assert caught.value.code == code


@pytest.fixture
def enter(shared: Make) -> Enter:
    """Make an album whose link has favourites, and a visitor in it. minimum, maximum: of the studio's preset."""

    def make(*, minimum: int = 0, maximum: int | None = None, preset: bool = True, rights: bool = True) -> Guest:
        share = shared()
        with acting_in(share.studio):
            ShareLink.objects.for_studio(share.studio).update(may_favourite=rights)
            if preset:
                SelectionPreset(
                    studio=share.studio,
                    shown_id=share.album.pk,
                    title="For the album",
                    minimum=minimum,
                    maximum=maximum,
                ).save()
            visitor = Visitor(studio=share.studio, shown_id=share.album.pk, name="Ada", email=ADA)
            visitor.save()
        return Guest(share, access.open_link(share.token, {}, now=timezone.now()), visitor)

    return make


@pytest.fixture
def posted() -> Any:
    """`with posted():` sends the emails of the block; those to members then lie in `mail.outbox`."""

    @contextmanager
    def block() -> Iterator[None]:
        yield
        send_all()
        mail.outbox[:] = [one for one in mail.outbox if one.to != [ADA]]

    return block


def test_a_heart_is_kept_once_however_often_it_is_sent(enter: Enter) -> None:
    ada = enter()
    assert (ada.heart(0).count, ada.heart(0).count, ada.heart(1).count) == (1, 1, 2)
    assert ada.heart(0, on=False).count == 1
    assert ada.heart(0, on=False).count == 1
    assert list(ada.picks()) == [1]
    assert ada.deeds() == ["favourite", "favourite", "unfavourite"]


def test_a_heart_that_goes_on_and_off_fills_no_log(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, most = enter(), record.MOST_IN_A_WHILE[ActivityKind.FAVOURITE]
    for _ in range(most + 3):
        ada.heart(0)
        ada.heart(0, on=False)
    assert ada.deeds().count("favourite") == ada.deeds().count("unfavourite") == most
    # Another photo is another matter, and so is the same one later.
    ada.heart(1)
    assert ada.deeds().count("favourite") == most + 1
    later = timezone.now() + record.WHILE
    monkeypatch.setattr(timezone, "now", lambda: later)
    ada.heart(0)
    assert ada.deeds().count("favourite") == most + 2


def test_a_visitor_sends_a_list_only_so_often_a_day(enter: Enter, posted: Any) -> None:
    ada = enter()
    ada.heart(0)
    with posted():
        for _ in range(hearts.SENDS_A_DAY):
            ada.send()
            ada.reopen()
        with refused("often"):
            ada.send("please")
    assert len(mail.outbox) == hearts.SENDS_A_DAY
    assert ada.deeds().count("sent") == hearts.SENDS_A_DAY
    assert not ada.first().is_sent


def test_a_list_that_the_studio_works_on_is_not_deleted(enter: Enter) -> None:
    ada = enter(preset=False)
    ada.heart(0)
    with acting_in(ada.share.studio):
        lists.create(ada.grant, ada.visitor, "Another")
    ada.send()
    with acting_in(ada.share.studio):
        Pick.objects.for_studio(ada.share.studio).update(work=Work.EDITING)
    first = ada.reopen()
    with acting_in(ada.share.studio), refused("working"):
        lists.delete(ada.grant, ada.visitor, first.pk)
    assert list(ada.picks()) == [0]


def test_the_first_heart_makes_the_studios_lists(enter: Enter) -> None:
    ada = enter(maximum=30)
    tally = ada.heart(0)
    assert (tally.selection.title, tally.maximum) == ("For the album", 30)


def test_without_a_preset_there_is_one_list_without_a_limit(enter: Enter) -> None:
    ada = enter(preset=False)
    tally = ada.heart(0)
    assert (tally.selection.title, tally.maximum) == ("Favourites", None)


def test_a_preset_made_later_becomes_a_list_too(enter: Enter) -> None:
    ada = enter()
    ada.heart(0)
    with acting_in(ada.share.studio):
        SelectionPreset(studio=ada.share.studio, shown_id=ada.share.album.pk, title="For the wall", rank=2).save()
        lists.prepare(ada.grant, ada.visitor)
        lists.prepare(ada.grant, ada.visitor)
        titles = [one.title for one in lists.read(ada.grant, ada.visitor).every]
    assert titles == ["For the album", "For the wall"]


def test_the_limit_refuses_and_says_how_many(enter: Enter) -> None:
    ada = enter(maximum=2)
    ada.heart(0)
    ada.heart(1)
    with refused("full") as caught:
        ada.heart(2)
    assert caught.value.detail == {"maximum": 2}
    assert sorted(ada.picks()) == [0, 1]
    # What is in already may be sent again, and one out makes room.
    assert ada.heart(1).count == 2
    ada.heart(1, on=False)
    assert ada.heart(2).count == 2


def test_what_the_studio_grants_beyond_raises_the_limit(enter: Enter) -> None:
    ada = enter(maximum=1)
    selection = ada.heart(0).selection
    with acting_in(ada.share.studio):
        Selection.objects.for_studio(ada.share.studio).filter(pk=selection.pk).update(extra=1)
    assert ada.heart(1).maximum == 2


@pytest.mark.django_db(transaction=True)
def test_parallel_hearts_do_not_pass_the_limit(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = enter(maximum=1)
    ada.heart(0)
    ada.heart(0, on=False)
    at_once, save = Barrier(3), Pick.save

    def slowly(pick: Pick, **how: Any) -> None:
        """Everybody has counted before the first one writes, if nothing keeps them apart."""
        sleep(0.3)
        save(pick, **how)

    monkeypatch.setattr(Pick, "save", slowly)

    def tap(number: int) -> str:
        at_once.wait()
        try:
            ada.heart(number)
        except ListRefused as reason:
            return reason.code
        finally:
            connection.close()
        return "kept"

    with ThreadPoolExecutor(max_workers=3) as many:
        said = sorted(many.map(tap, range(3)))
    assert said == ["full", "full", "kept"]
    assert len(ada.picks()) == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_first_hearts_make_the_lists_once(enter: Enter) -> None:
    ada = enter(maximum=30)
    at_once = Barrier(3)

    def tap(number: int) -> int:
        at_once.wait()
        try:
            return ada.heart(number).count
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as many:
        assert sorted(many.map(tap, range(3))) == [1, 2, 3]
    with acting_in(ada.share.studio):
        assert Selection.objects.for_studio(ada.share.studio).count() == 1


def test_a_link_without_the_right_changes_nothing(enter: Enter) -> None:
    ada = enter(rights=False)
    with pytest.raises(PermissionDenied):
        ada.heart(0)
    assert ada.picks() == {}


@pytest.mark.parametrize("how", ["hidden", "withheld", "of another album", "unknown"])
def test_only_photos_that_the_link_shows_can_be_favourites(enter: Enter, how: str) -> None:
    ada = enter()
    photo_id = ada.share.photos[0].pk
    with acting_in(ada.share.studio):
        mine = ada.share.album.placements.filter(photo_id=photo_id)
        if how == "hidden":
            mine.update(is_hidden=True)
        elif how == "withheld":
            mine.update(is_withheld=True)
        elif how == "of another album":
            photo_id = PlacementFactory.create(album=AlbumFactory.create(studio=ada.share.studio)).photo_id
        else:
            photo_id = uuid4()
        with pytest.raises(Http404):
            hearts.heart(ada.grant, ada.visitor, photo_id, on=True)
    assert ada.picks() == {}


def test_a_photo_that_was_hidden_later_is_not_counted(enter: Enter) -> None:
    ada = enter(maximum=3)
    ada.heart(0)
    ada.heart(1)
    with acting_in(ada.share.studio):
        ada.share.album.placements.filter(photo=ada.share.photos[0]).update(is_hidden=True)
        read = lists.read(ada.grant, ada.visitor, among=[photo.pk for photo in ada.share.photos])
    assert read.active.count == 1
    assert ada.heart(2).count == 2


def test_a_list_of_somebody_else_is_unknown(enter: Enter) -> None:
    ada = enter()
    ada.heart(0)
    with acting_in(ada.share.studio):
        ben = Visitor(studio=ada.share.studio, shown_id=ada.share.album.pk, name="Ben", email="ben@example.com")
        ben.save()
        for deed in (
            lambda pk: hearts.heart(ada.grant, ben, ada.share.photos[1].pk, on=True, selection_id=pk),
            lambda pk: hearts.send(ada.grant, ben, pk, note="", now=timezone.now()),
            lambda pk: hearts.reopen(ada.grant, ben, pk),
            lambda pk: hearts.ask_more(ada.grant, ben, pk, now=timezone.now()),
            lambda pk: lists.rename(ada.grant, ben, pk, "Mine"),
            lambda pk: lists.delete(ada.grant, ben, pk),
        ):
            with pytest.raises(Http404):
                deed(ada.first().pk)
    assert list(ada.picks()) == [0]


def test_sending_locks_the_list_and_emails_owners_and_editors(
    enter: Enter, posted: Any, erin_user: User, bob_user: User
) -> None:
    ada = enter()
    ada.heart(0)
    with posted():
        sent = ada.send("The first on the cover,\nplease")
    assert sent.is_sent
    assert sorted(one.to[0] for one in mail.outbox) == ["alice@example.com", "erin@example.com"]
    message = mail.outbox[0]
    assert message.subject == "Ada has sent “For the album”"
    assert message.reply_to == [ADA]
    assert "The first on the cover,\nplease" in message.body
    assert f"/studio/north/albums/{ada.share.album.pk}/proofing/" in message.body
    assert ada.share.token not in message.body
    for number, on in ((1, True), (0, False)):
        with refused("locked"):
            ada.heart(number, on=on)
    # To say again what is so already is no change.
    assert ada.heart(0).count == 1


def test_a_sent_list_is_mailed_to_editors_who_work_in_the_gallery(
    enter: Enter, posted: Any, erin_user: User, dora_user: User
) -> None:
    ada = enter()
    other = UserFactory.create(email="else@example.com")
    MembershipFactory.create(studio=ada.share.studio, user=other, role=Role.EDITOR)
    keep_to(ada.share.studio, other, AlbumFactory.create(studio=ada.share.studio))
    for user in (erin_user, dora_user):
        keep_to(ada.share.studio, user, ada.share.album)
    ada.heart(0)
    with posted():
        ada.send("")
    assert sorted(one.to[0] for one in mail.outbox) == ["alice@example.com", "erin@example.com"]


def test_sending_twice_sends_once(enter: Enter, posted: Any) -> None:
    ada = enter()
    ada.heart(0)
    with posted():
        first = ada.send("one")
        second = ada.send("two")
    assert (second.sent_at, second.note) == (first.sent_at, "one")
    assert len(mail.outbox) == 1
    assert ada.deeds() == ["favourite", "sent"]


def test_too_few_photos_are_not_sent(enter: Enter, posted: Any) -> None:
    ada = enter(minimum=2)
    ada.heart(0)
    with posted(), refused("few") as caught:
        ada.send()
    assert caught.value.detail == {"missing": 1}
    assert str(caught.value) == "Choose 1 more photo to send this list."
    assert (ada.first().is_sent, mail.outbox) == (False, [])


def test_an_empty_list_is_not_sent(enter: Enter) -> None:
    ada = enter()
    ada.heart(0)
    ada.heart(0, on=False)
    with refused("few"):
        ada.send()


def test_a_lower_limit_counts_when_a_list_is_sent(enter: Enter) -> None:
    ada = enter(maximum=2)
    ada.heart(0)
    ada.heart(1)
    with acting_in(ada.share.studio):
        SelectionPreset.objects.for_studio(ada.share.studio).update(maximum=1)
    with refused("full"):
        ada.send()


def test_opening_again_begins_a_round_for_what_is_new(enter: Enter, posted: Any) -> None:
    ada = enter()
    ada.heart(0)
    with posted():
        ada.send("first")
        assert (ada.reopen().round, ada.reopen().round) == (2, 2)
        ada.heart(1)
        ada.send("second")
    assert {number: pick.round for number, pick in ada.picks().items()} == {0: 1, 1: 2}
    assert "round 2" in mail.outbox[-1].body
    assert ada.deeds() == ["favourite", "sent", "reopened", "favourite", "sent"]


def test_what_the_studio_works_on_stays_in_the_list(enter: Enter) -> None:
    ada = enter()
    ada.heart(0)
    ada.heart(1)
    ada.send()
    with acting_in(ada.share.studio):
        Pick.objects.for_studio(ada.share.studio).filter(photo=ada.share.photos[0]).update(work=Work.EDITING)
    ada.reopen()
    with refused("working"):
        ada.heart(0, on=False)
    assert ada.heart(1, on=False).count == 1


def test_asking_for_more_emails_the_owners_once_a_day(enter: Enter, posted: Any, erin_user: User) -> None:
    ada = enter(maximum=1)
    selection = ada.heart(0).selection
    now = timezone.now()
    with posted(), acting_in(ada.share.studio):
        for later in (0, 1, 23):
            hearts.ask_more(ada.grant, ada.visitor, selection.pk, now=now + timedelta(hours=later))
    assert [one.to for one in mail.outbox] == [["alice@example.com"]]
    assert mail.outbox[0].subject == "Ada asks for more than 1 photos"
    with acting_in(ada.share.studio):
        assert Selection.objects.for_studio(ada.share.studio).get(pk=selection.pk).asked_more_at == now
    with posted(), acting_in(ada.share.studio):
        hearts.ask_more(ada.grant, ada.visitor, selection.pk, now=now + timedelta(hours=25))
    assert len(mail.outbox) == 2
    assert ada.deeds().count(ActivityKind.ASKED_MORE) == 2


def test_a_list_without_a_limit_has_nothing_to_ask(enter: Enter) -> None:
    ada = enter(preset=False)
    selection = ada.heart(0).selection
    with acting_in(ada.share.studio), refused("unlimited"):
        hearts.ask_more(ada.grant, ada.visitor, selection.pk, now=timezone.now())


def test_lists_of_ones_own_are_made_renamed_and_deleted(enter: Enter) -> None:
    ada = enter()
    with acting_in(ada.share.studio):
        wall = lists.create(ada.grant, ada.visitor, "  For   the wall ")
        assert wall.title == "For the wall"
        for title in ("", "   ", "x" * 81, "FOR THE WALL", "for the album"):
            with refused("title"):
                lists.create(ada.grant, ada.visitor, title)
        lists.rename(ada.grant, ada.visitor, wall.pk, "Grandma")
    ada.heart(0, selection=wall)
    ada.heart(0)
    with acting_in(ada.share.studio):
        found = {one.title: one.count for one in lists.read(ada.grant, ada.visitor).every}
        assert found == {"For the album": 1, "Grandma": 1}
        lists.delete(ada.grant, ada.visitor, wall.pk)
        assert [one.title for one in lists.read(ada.grant, ada.visitor).every] == ["For the album"]


def test_a_list_that_the_studio_made_stays_as_it_is(enter: Enter) -> None:
    ada = enter()
    ada.heart(0)
    with acting_in(ada.share.studio):
        lists.create(ada.grant, ada.visitor, "Another")
        with refused("prepared"):
            lists.rename(ada.grant, ada.visitor, ada.first().pk, "Mine")
        with refused("prepared"):
            lists.delete(ada.grant, ada.visitor, ada.first().pk)


def test_the_last_list_and_a_sent_one_stay(enter: Enter) -> None:
    ada = enter(preset=False)
    ada.heart(0)
    with acting_in(ada.share.studio), refused("last"):
        lists.delete(ada.grant, ada.visitor, ada.first().pk)
    ada.send()
    with acting_in(ada.share.studio), refused("locked"):
        lists.delete(ada.grant, ada.visitor, ada.first().pk)


def test_a_visitor_has_so_many_lists_and_no_more(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PER_VISITOR", 2)
    ada = enter()
    with acting_in(ada.share.studio):
        lists.create(ada.grant, ada.visitor, "Second")
        with refused("many"):
            lists.create(ada.grant, ada.visitor, "Third")


def test_hearts_go_to_the_first_list_that_is_open(enter: Enter) -> None:
    ada = enter()
    ada.heart(0)
    with acting_in(ada.share.studio):
        wall = lists.create(ada.grant, ada.visitor, "For the wall")
    ada.send()
    assert ada.heart(1).selection == wall


# -- another frame of a stack --------------------------------------------------------------------------------------


def stacked(guest: Guest, *numbers: int) -> None:
    """These photos of the gallery are one stack."""
    with acting_in(guest.share.studio):
        stack = Stack(studio=guest.share.studio, kind="burst")
        stack.save(force_insert=True)
        photos = [guest.share.photos[number].pk for number in numbers]
        Photo.objects.for_studio(guest.share.studio).filter(pk__in=photos).update(stack=stack)


def swap(guest: Guest, number: int) -> hearts.HeartTally:
    with acting_in(guest.share.studio):
        return hearts.swap(guest.grant, guest.visitor, guest.share.photos[number].pk)


def test_a_frame_takes_the_place_of_the_chosen_one_of_its_stack(enter: Enter) -> None:
    """Also where the list is full: it stays as long as it was."""
    ada = enter(maximum=2)
    stacked(ada, 0, 1)
    ada.heart(0)
    ada.heart(2)
    row = ada.picks()[0]
    tally = swap(ada, 1)
    assert (tally.count, set(ada.picks()), ada.picks()[1].pk) == (2, {1, 2}, row.pk)
    assert ada.deeds()[-2:] == [ActivityKind.UNFAVOURITE, ActivityKind.FAVOURITE]
    ada.heart(2, on=False)
    ada.heart(0)
    assert (swap(ada, 0).count, set(ada.picks())) == (1, {0}), "two of the stack become the one that is meant"


def test_a_frame_takes_no_place_of_a_strange_photo_nor_of_one_that_is_worked_on(enter: Enter) -> None:
    ada = enter()
    stacked(ada, 0, 1)
    ada.heart(2)
    with refused("alone"):
        swap(ada, 1)
    ada.heart(0)
    with acting_in(ada.share.studio):
        Pick.objects.for_studio(ada.share.studio).update(work=Work.READY)
    with refused("working"):
        swap(ada, 1)
    ada.send()
    with refused("locked"):
        swap(ada, 1)
    assert set(ada.picks()) == {0, 2}


def test_swapping_needs_the_right_and_a_photo_that_the_link_shows(enter: Enter) -> None:
    ada = enter()
    stacked(ada, 0, 1)
    ada.heart(0)
    with acting_in(ada.share.studio):
        ada.share.album.placements.filter(photo=ada.share.photos[1]).update(is_hidden=True)
    with pytest.raises(Http404):
        swap(ada, 1)
    with pytest.raises(PermissionDenied):
        swap(enter(rights=False), 1)
