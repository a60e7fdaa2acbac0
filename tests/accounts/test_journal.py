"""G56: the journal is complete, append-only, and holds what it may hold and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models

from apps.accounts import journal
from apps.accounts.journal import Changes, Watch
from apps.accounts.journal.changes import RowChange, plain
from apps.accounts.journal.sentences import FORGOTTEN, sentence
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, Photo
from apps.web.ids import first_uuid7, uuid7
from config.inverses import INVERSES
from config.phrases import PHRASES
from tests.factories import AlbumFactory, PhotoFactory
from tests.furnished import tenant_models

ROOT = Path(__file__).parents[2]

# -- what an act changed -----------------------------------------------------------------------------------------


def one(before: object, after: object, *, column: str = "title") -> RowChange:
    def values(value: object) -> dict[str, object] | None:
        return None if value is None else {column: value}

    return RowChange("1", values(before), values(after))


def test_a_row_touched_twice_goes_from_its_first_to_its_last_state() -> None:
    changes = Changes({"t": [one("a", "b"), one("b", "c"), one(1, 2, column="rank")]})
    assert changes.as_json() == {"t": [["1", {"rank": 1, "title": "a"}, {"rank": 2, "title": "c"}]]}
    made = Changes({"t": [one(None, "a"), one("a", "b")]})
    assert made.as_json() == {"t": [["1", None, {"title": "b"}]]}
    gone = Changes({"t": [one("a", "b"), one("b", None)]})
    assert gone.as_json() == {"t": [["1", {"title": "a"}, None]]}


def test_there_and_back_is_the_same() -> None:
    changes = Changes({"t": [one("a", "b")], "u": [one(None, "x")]})
    assert changes.reversed().reversed().as_json() == changes.as_json()
    assert Changes.from_json([changes.as_json()]).as_json() == changes.as_json()
    assert changes.reversed().as_json()["u"] == [["1", {"title": "x"}, None]]


def test_witnesses_alone_are_no_change() -> None:
    assert not Changes({"t": [one("a", "a")]})
    assert Changes({"t": [one("a", "a")], "u": [one("a", "b")]})


def test_values_keep_every_microsecond() -> None:
    at = datetime(2026, 5, 30, 14, 2, 3, 123456, tzinfo=timezone(timedelta(hours=2)))
    assert plain(at) == "2026-05-30T12:02:03.123456+00:00"
    assert plain([uuid4(), at.date(), None, 1, {"a": [0.5]}])[1:] == ["2026-05-30", None, 1, {"a": [0.5]}]
    with pytest.raises(TypeError):
        plain(b"bytes have no place there")


# -- what may stand there ----------------------------------------------------------------------------------------

SECRET = re.compile(r"(?<!p)hash|token|password|secret|sealed|pin|email|embedding|vector|crop")


def test_no_column_of_the_journal_is_a_secret_or_a_vector() -> None:
    known = [models.TextField, models.CharField, models.BooleanField, models.IntegerField, models.FloatField]
    known += [models.DateTimeField, models.DateField, models.JSONField, models.UUIDField, models.ForeignKey, ArrayField]
    named = {f"{model._meta.label}.{name}" for model in tenant_models() for name in model.journalled}
    assert "albums.Placement.section_id" in named
    assert [name for name in named if SECRET.search(name.rpartition(".")[2])] == []
    for model in tenant_models():
        for name in model.journalled:
            # An attribute `x_id` of a key, or a field that has this name.
            assert isinstance({field.attname: field for field in model._meta.concrete_fields}[name], tuple(known)), name


def test_other_columns_are_kept_out(north: Studio) -> None:
    photo = PhotoFactory.create(studio=north)
    with acting_in(north), pytest.raises(ValueError, match="out of the journal"):
        Watch(north).rows(Photo.objects.for_studio(north).filter(pk=photo.pk), "rating", "facts")


# -- append-only -------------------------------------------------------------------------------------------------


def test_even_the_way_round_changes_nothing_but_the_words(north: Studio, alice_user: User) -> None:
    with acting_in(north):
        journal.note(north, alice_user, "album.created")
    for column, value in [("actor_id", "null"), ("verb", "'x'"), ("at", "now()"), ("undoes_id", "null")]:
        with pytest.raises(DatabaseError, match="permission denied"), across_studios(), connection.cursor() as cursor:
            cursor.execute(f"update accounts_journalentry set {column} = {value}")


# -- every verb has its words and, if it keeps changes, its way back ---------------------------------------------

WRITERS = {"note", "record", "note_everywhere", "_record", "_set", "_set_trashed", "of"}
VERB = re.compile(r"[a-z_]+\.[a-z_]+")


def _verbs() -> Iterator[str]:
    for path in (ROOT / "apps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in WRITERS:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                texts = [part for value in given for part in ast.walk(value) if isinstance(part, ast.Constant)]
                yield from (text.value for text in texts if isinstance(text.value, str) and VERB.fullmatch(text.value))


def test_every_verb_has_a_phrase() -> None:
    found = set(_verbs())
    assert {"photos.moved", "member.signed_in", "link.guessed", "album.deleted", "photos.hidden"} <= found
    assert sorted(found - PHRASES.keys()) == []
    assert sorted(INVERSES.keys() - PHRASES.keys()) == []


@pytest.mark.parametrize("verb", sorted(PHRASES))
def test_every_phrase_can_be_said_with_nothing_known(verb: str) -> None:
    entry = JournalEntry(verb=verb, detail={})
    said = sentence(PHRASES, entry, 0)
    assert said
    assert "{" not in said


def test_sentences_as_photographers_read_them() -> None:
    def said(verb: str, count: int = 0, **detail: object) -> str:
        return sentence(PHRASES, JournalEntry(verb=verb, detail=detail), count)

    assert said("photos.moved", 12, section="Ceremony") == "moved 12 photos to “Ceremony”"
    assert said("photos.moved", 1, section="") == "moved 1 photo out of their sections"
    assert said("photos.deleted", 4000) == "moved 4,000 photos to the trash"
    assert said("photos.purged", photos=["a", "b"]) == "deleted 2 photos for ever"
    assert said("photos.marked", 2, rating=1) == "gave 2 photos 1 star"
    assert said("photo.changed", 1, fields=["caption", "taken_at"]) == "changed the caption and time of 1 photo"
    assert said("section.renamed", before="{0.a}", title="{x}") == "renamed the section “{0.a}” to “{x}”"


# -- forgetting --------------------------------------------------------------------------------------------------


def test_what_a_person_is_to_be_forgotten_for_loses_its_words_only(
    north: Studio, south: Studio, alice_user: User, charlie_user: User
) -> None:
    person, other = uuid4(), uuid4()
    for studio, user in ((north, alice_user), (south, charlie_user)):
        with acting_in(studio):
            for thing in (person, other):
                journal.record(studio, by=user, verb="person.renamed", things=[thing], title="Ada")
    with acting_in(north):
        assert journal.forget(north, [person]) == 1
    kept = {studio: _told(studio) for studio in (north, south)}
    assert kept[north] == [({}, True), ({"title": "Ada"}, False)]
    assert kept[south] == [({"title": "Ada"}, False)] * 2
    with acting_in(north):
        entry = JournalEntry.objects.for_studio(north).get(forgotten_at__isnull=False)
        assert (entry.actor_id, sentence(PHRASES, entry, 1)) == (alice_user.pk, FORGOTTEN)


def _told(studio: Studio) -> list[tuple[dict[str, object], bool]]:
    with acting_in(studio):
        rows = JournalEntry.objects.for_studio(studio).filter(verb="person.renamed").order_by("forgotten_at", "at")
        return [(row.detail, row.forgotten_at is not None) for row in rows]


def test_what_was_forgotten_cannot_come_back(north: Studio, alice_user: User) -> None:
    album = AlbumFactory.create(studio=north, title="Ada’s day")
    with acting_in(north):
        watch = Watch(north)
        watch.rows(Album.objects.for_studio(north).filter(pk=album.pk), "title")
        Album.objects.for_studio(north).filter(pk=album.pk).update(title="A day")
        entry = journal.record(north, by=alice_user, verb="album.changed", subject=album, changes=watch.changes())
        journal.forget(north, [album.pk])
        kept = JournalEntry.objects.for_studio(north).get(pk=entry.pk)
        kept.studio = north
        assert kept.changes is None
        with pytest.raises(journal.Erased):
            journal.undo(kept, by=alice_user)


def test_a_removed_member_leaves_no_address(north: Studio, alice_user: User) -> None:
    with acting_in(north):
        for email in ("erin@example.com", "ben@example.com"):
            journal.note(north, alice_user, "member.invited", email=email, role="editor")
        assert journal.forget_address(north, "Erin@Example.com") == 1
        rows = JournalEntry.objects.for_studio(north).filter(verb="member.invited").order_by("at")
        assert [row.detail.get("email") for row in rows] == [None, "ben@example.com"]


# -- long acts ---------------------------------------------------------------------------------------------------


def test_slices_of_one_act_have_one_first(north: Studio, alice_user: User) -> None:
    act = uuid4()
    with acting_in(north):
        slices = [journal.record(north, by=alice_user, verb="photos.sorted", act=act) for _ in range(3)]
    assert [entry.is_first for entry in slices] == [True, False, False]
    assert {entry.act for entry in slices} == {act}


def test_a_detail_may_be_called_as_an_argument_is(north: Studio, alice_user: User) -> None:
    with acting_in(north):
        journal.note(north, alice_user, "member.signed_in", alice_user, by="api")
        entry = north.journal.get(verb="member.signed_in")
        assert (entry.actor_id, entry.detail) == (alice_user.pk, {"by": "api"})
        assert [str(row.thing) for row in entry.subjects.all()] == [str(UUID(str(alice_user.pk)))]


def test_moments_before_and_after_the_era_are_no_ids(north: Studio) -> None:
    now = datetime.now(UTC)
    assert first_uuid7(now - timedelta(seconds=1)) < uuid7() < first_uuid7(now + timedelta(minutes=1))
    assert first_uuid7(datetime(1, 1, 1, tzinfo=UTC)).int == 0
