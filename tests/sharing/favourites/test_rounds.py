"""What the studio does with a client's list: each deed, what it writes down, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import EmailState, JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.favourites import prepared_lists
from apps.sharing.favourites import studio as favourites_studio
from apps.sharing.models import ClientEmail, EmailKind, Pick, Selection, SelectionPreset, Work
from apps.web.refusal import Unsuitable
from tests.factories import PlacementFactory
from tests.sharing.review.proofs import Proofing, make_proofing


@pytest.fixture
def proofing(north: Studio) -> Proofing:
    return make_proofing(north)


@pytest.fixture
def sent(proofing: Proofing) -> Selection:
    row = proofing.selection(proofing.visitor("Anna"), 1, 2, 3, sent=True, note="Please", preset=proofing.preset())
    row.studio = proofing.studio
    return row


def journal(studio: Studio) -> list[tuple[str, dict[str, Any]]]:
    with acting_in(studio):
        rows = JournalEntry.objects.for_studio(studio).order_by("at", "id")
        return list(rows.values_list("verb", "detail"))


def test_work_moves_on_for_these_photos_only_and_is_written_down_once(
    proofing: Proofing, sent: Selection, erin_user: User
) -> None:
    other = proofing.selection(proofing.visitor("Ben"), 1, 2, sent=True)
    with acting_in(proofing.studio):
        photos = [proofing.photos[0].pk, proofing.photos[5].pk]
        assert favourites_studio.set_work(sent, photos, Work.EDITING, by=erin_user) == (1, False)
        assert favourites_studio.set_work(sent, photos, Work.EDITING, by=erin_user) == (0, False)
    assert proofing.works(sent) == ["editing", "selected", "selected"]
    assert proofing.works(other) == ["selected", "selected"]
    assert journal(proofing.studio) == [("selection.worked", {"work": "editing", "photos": 1})]


def test_the_client_sees_that_the_list_changed(proofing: Proofing, sent: Selection, erin_user: User) -> None:
    before = sent.updated_at
    with acting_in(proofing.studio):
        favourites_studio.set_work(sent, None, Work.READY, by=erin_user)
    assert proofing.fresh(sent).updated_at > before


@pytest.mark.parametrize("at_once", [True, False])
def test_the_visitor_is_emailed_once_when_the_last_photo_is_ready(
    proofing: Proofing, sent: Selection, erin_user: User, at_once: bool
) -> None:
    def written() -> list[tuple[str, str, str]]:
        rows = ClientEmail.objects.for_studio(proofing.studio).values_list("kind", "email__to", "email__state")
        return list(rows)

    with acting_in(proofing.studio):
        first, *others = [photo.pk for photo in proofing.photos[:3]]
        assert favourites_studio.set_work(sent, others, Work.READY, by=erin_user) == (2, False)
        assert written() == []
        assert favourites_studio.set_work(sent, None if at_once else [first], Work.READY, by=erin_user) == (1, True)
        assert written() == [(EmailKind.COMPLETE, sent.visitor.email, EmailState.WAITING)]
        assert favourites_studio.set_work(sent, None, Work.DELIVERED, by=erin_user) == (3, False)
        assert len(written()) == 1


def test_a_list_that_is_not_sent_tells_nobody(proofing: Proofing, erin_user: User) -> None:
    row = proofing.selection(proofing.visitor("Ben"), 1)
    row.studio = proofing.studio
    with acting_in(proofing.studio):
        assert favourites_studio.set_work(row, None, Work.READY, by=erin_user) == (1, False)
        assert not ClientEmail.objects.for_studio(proofing.studio).exists()


def test_reopening_keeps_the_work_and_begins_the_next_round(
    proofing: Proofing, sent: Selection, erin_user: User
) -> None:
    with acting_in(proofing.studio):
        favourites_studio.set_work(sent, [proofing.photos[0].pk], Work.READY, by=erin_user)
        assert sent.reopen(by=erin_user)
        assert not sent.reopen(by=erin_user)
    fresh = proofing.fresh(sent)
    assert (fresh.is_sent, fresh.round) == (False, 2)
    assert proofing.works(sent) == ["ready", "selected", "selected"]
    assert [verb for verb, _ in journal(proofing.studio)] == ["selection.worked", "selection.reopened"]


def test_a_stale_row_does_not_reopen_twice(proofing: Proofing, sent: Selection, erin_user: User) -> None:
    stale = proofing.fresh(sent)
    with acting_in(proofing.studio):
        sent.reopen(by=erin_user)
        assert not stale.reopen(by=erin_user)
    assert proofing.fresh(sent).round == 2


@pytest.mark.parametrize("extra", [-1, Selection.MOST_EXTRA + 1])
def test_what_cannot_be_granted(proofing: Proofing, sent: Selection, erin_user: User, extra: int) -> None:
    with acting_in(proofing.studio), pytest.raises(ValueError, match="Grant between"):
        sent.grant(extra, by=erin_user)


def test_granting_says_how_many_in_all(proofing: Proofing, sent: Selection, erin_user: User) -> None:
    with acting_in(proofing.studio):
        for extra in (5, 5, 2):
            sent.grant(extra, by=erin_user)
    assert proofing.fresh(sent).extra == 2
    assert [detail["extra"] for _, detail in journal(proofing.studio)] == [5, 2]


def test_photos_are_added_for_a_client_once_and_only_of_the_album(
    proofing: Proofing, sent: Selection, erin_user: User
) -> None:
    stranger = PlacementFactory.create(album__studio=proofing.studio).photo
    with acting_in(proofing.studio):
        photos = [proofing.photos[0].pk, proofing.photos[4].pk, stranger.pk]
        assert favourites_studio.add_for(sent, photos, by=erin_user) == 1
        assert favourites_studio.add_for(sent, photos, by=erin_user) == 0
        assert Pick.objects.for_studio(proofing.studio).filter(selection=sent).count() == 4


def test_prepared_lists_are_few(proofing: Proofing, erin_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_lists, "PER_ALBUM", 2)
    with acting_in(proofing.studio):
        for title in ("One", "Two"):
            prepared_lists.create(proofing.album, by=erin_user, title=title, minimum=0, maximum=None)
        with pytest.raises(Unsuitable, match="2 prepared lists"):
            prepared_lists.create(proofing.album, by=erin_user, title="Three", minimum=0, maximum=None)
        ranks = SelectionPreset.objects.for_studio(proofing.studio).order_by("rank").values_list("title", flat=True)
        assert list(ranks) == ["One", "Two"]
