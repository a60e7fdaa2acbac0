"""Who picked what in an album, for the studio. Run in the studio's transaction; no query per photo or person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict

from apps.accounts.access import Entered
from apps.albums.models import Album
from apps.albums.request_params import readable_uuids, uuid_or_none
from apps.albums.stream import Stream
from apps.sharing.activity.figures import UNREAD
from apps.sharing.models import (
    Comment,
    Label,
    Mark,
    Pick,
    Selection,
    SelectionState,
    Verdict,
    Visitor,
    Work,
    still_there,
)
from apps.web import keyset

PER_PAGE = 60
MOST_PEOPLE = 100
MOST_LISTS = 500
WAITING_PAGE = 50


@dataclass(frozen=True, slots=True)
class ListRow:
    """A client's list in the studio's tables. maximum: with what was granted.  done: photos no longer just selected."""

    selection: Selection
    count: int
    maximum: int | None
    done: int

    @property
    def words(self) -> str:
        return f"{self.count} of {self.maximum}" if self.maximum is not None else f"{self.count}"


@dataclass(frozen=True, slots=True)
class Question:
    """Which photos are asked for.

    people: ids of visitors; none for everybody.  is_common: what all of them agree on, else what any of them says.
    picked: only what lies in a list.  The marks hold for the same person.  selection: only this list.
    """

    people: tuple[UUID, ...] = ()
    is_common: bool = False
    picked: bool = True
    verdict: str = ""
    label: str = ""
    stars: int = 0
    selection: UUID | None = None

    @classmethod
    def of(cls, query: QueryDict) -> Question:
        """As an address says it; what makes no sense is left out."""
        stars = query.get("stars", "")
        return cls(
            people=tuple(readable_uuids(query.getlist("person"), most=MOST_PEOPLE)),
            is_common=query.get("how") == "all",
            picked=query.get("what", "picked") != "marked",
            verdict=_one_of(query.get("verdict", ""), Verdict.values),
            label=_one_of(query.get("label", ""), Label.values),
            stars=int(stars) if stars in ("1", "2", "3", "4", "5") else 0,
            selection=uuid_or_none(query.get("selection")),
        )

    @property
    def marks(self) -> Q:
        """The condition on marks; empty if none is asked for."""
        wanted = {"verdict": self.verdict, "label": self.label, "stars__gte": self.stars}
        return Q(**{name: value for name, value in wanted.items() if value})


def _one_of(text: str, known: Collection[str]) -> str:
    return text if text in known else ""


# -- lists ---------------------------------------------------------------------------------------------------


def lists_of(album: Album) -> list[ListRow]:
    """All lists of an album that hold something or were sent, the newest sent first. One query."""
    rows = _with_figures(Selection.objects.for_studio(album.studio_id).filter(shown_id=album.pk))
    used = rows.filter(Q(figure__gt=0) | Q(state=SelectionState.SENT))
    return [_row(one) for one in used.order_by(F("sent_at").desc(nulls_last=True), "visitor__name", "pk")[:MOST_LISTS]]


def every_list(album: Album) -> list[Selection]:
    """All lists of an album, also empty ones, by person. One query."""
    rows = Selection.objects.for_studio(album.studio_id).filter(shown_id=album.pk).select_related("visitor")
    return list(rows.order_by("visitor__name", "title", "pk")[:MOST_LISTS])


def list_row(selection: Selection) -> ListRow:
    """One list with its figures."""
    return _row(_with_figures(Selection.objects.for_studio(selection.studio_id)).get(pk=selection.pk))


def waiting(member: Entered) -> QuerySet[Selection]:
    """Lists that were sent and that the studio has not taken in hand: a photo of them is still just selected."""
    untouched = Pick.objects.for_studio(member.studio).filter(selection=OuterRef("pk"), work=Work.SELECTED)
    return Selection.objects.visible_to(member).filter(
        Exists(untouched), state=SelectionState.SENT, shown__album__trashed_at__isnull=True
    )


def asking(member: Entered) -> QuerySet[Selection]:
    """Lists whose visitors ask for more photos and have no answer."""
    return Selection.objects.visible_to(member).filter(
        asked_more_at__isnull=False, preset__isnull=False, shown__album__trashed_at__isnull=True
    )


def asking_lists(member: Entered) -> list[ListRow]:
    """The same lists in the studio's tables, who asked first before all, at most `WAITING_PAGE`."""
    rows = _with_figures(asking(member)).select_related("shown__album").order_by("asked_more_at", "id")
    return [_row(one) for one in rows[:WAITING_PAGE]]


def unread_comments(member: Entered) -> QuerySet[Comment]:
    """Comments of guests on photos that still lie in the member's galleries, and that nobody has read."""
    return Comment.objects.visible_to(member).filter(UNREAD, shown__album__trashed_at__isnull=True)


def sent_lists(member: Entered, *, only_waiting: bool, after: str) -> tuple[list[ListRow], str]:
    """A page of sent lists of the member's albums, the newest first, and the cursor of the next ("" at the end)."""
    sent = Selection.objects.visible_to(member).filter(state=SelectionState.SENT)
    rows = waiting(member) if only_waiting else sent
    rows = _with_figures(rows.filter(shown__album__trashed_at__isnull=True)).select_related("shown__album")
    order, scope = ("-sent_at", "id"), f"selections {member.studio.pk} {only_waiting}"
    page = keyset.page_or_first(rows, order, limit=WAITING_PAGE, cursor=after, scope=scope)
    return [_row(one) for one in page.rows], page.next or ""


def _with_figures(rows: QuerySet[Selection]) -> QuerySet[Selection]:
    # A photo in the trash is in no list; it comes back with the list when it is restored.
    live = still_there("picks__photo_id")
    return rows.select_related("visitor", "preset").annotate(
        figure=Count("picks", filter=live, distinct=True),
        done=Count("picks", filter=live & ~Q(picks__work=Work.SELECTED), distinct=True),
    )


def _row(selection: Any) -> ListRow:
    return ListRow(selection, selection.figure, selection.maximum, selection.done)


# -- photos --------------------------------------------------------------------------------------------------


def people_of(album: Album) -> list[Visitor]:
    """Visitors who picked, marked or commented something, by name. One query."""
    picked = Pick.objects.for_studio(album.studio_id).filter(selection__visitor=OuterRef("pk"))
    marked = Mark.objects.for_studio(album.studio_id).filter(visitor=OuterRef("pk"))
    said = Comment.objects.for_studio(album.studio_id).filter(visitor=OuterRef("pk"))
    rows = Visitor.objects.for_studio(album.studio_id).filter(
        Exists(picked) | Exists(marked) | Exists(said), shown_id=album.pk
    )
    return list(rows.order_by("name", "pk")[:MOST_LISTS])


def photo_ids(album: Album, question: Question) -> QuerySet[Any]:
    """The photos that are asked for, as a query of their ids."""
    studio, wanted = album.studio_id, question.marks
    marks = Mark.objects.for_studio(studio).filter(wanted, shown_id=album.pk)
    if question.picked or question.selection:
        rows: Any = Pick.objects.for_studio(studio).filter(selection__shown_id=album.pk)
        person = "selection__visitor_id"
        if question.selection:
            rows = rows.filter(selection_id=question.selection)
        if wanted:
            rows = rows.filter(Exists(marks.filter(photo=OuterRef("photo"), visitor=OuterRef("selection__visitor"))))
    else:
        rows, person = marks.exclude(verdict="", label="", stars=0), "visitor_id"
    if question.people:
        rows = rows.filter(**{f"{person}__in": question.people})
    needed = 1
    if question.is_common:
        needed = max(1, len(question.people) or rows.order_by().aggregate(n=Count(person, distinct=True))["n"])
    agreed = rows.order_by().values("photo_id").annotate(agreeing=Count(person, distinct=True))
    ids: QuerySet[Any] = agreed.filter(agreeing__gte=needed).values("photo_id")
    return ids


def stream_of(album: Album, ids: QuerySet[Any] | None) -> Stream:
    """Some photos of the album in its reading order, as the studio sees it."""
    return Stream(album, size=PER_PAGE, only_shown=False, only=ids)


@dataclass(slots=True)
class Said:
    """What one visitor says of one photo. picks: title, round and work of each of their lists with it."""

    visitor_id: UUID
    name: str
    email: str
    picks: list[tuple[str, int, str]] = field(default_factory=list)
    verdict: str = ""
    label: str = ""
    stars: int = 0
    changed_at: datetime | None = None


Sayings = Mapping[UUID, list[Said]]


def said_of(album: Album, photos: Collection[UUID] | QuerySet[Any]) -> dict[UUID, list[Said]]:
    """What visitors say of these photos, by photo, persons by name. Two queries."""
    by_photo: dict[UUID, dict[UUID, Said]] = {}

    def at(photo_id: UUID, visitor_id: UUID, name: str, email: str) -> Said:
        return by_photo.setdefault(photo_id, {}).setdefault(visitor_id, Said(visitor_id, name, email))

    picks = Pick.objects.for_studio(album.studio_id).filter(selection__shown_id=album.pk, photo_id__in=photos)
    columns = ("photo_id", "selection__visitor_id", "selection__visitor__name", "selection__visitor__email")
    for *who, title, number, work in picks.order_by("selection__created_at", "pk").values_list(
        *columns, "selection__title", "round", "work"
    ):
        at(*who).picks.append((title, number, work))
    marks = Mark.objects.for_studio(album.studio_id).filter(shown_id=album.pk, photo_id__in=photos)
    columns = ("photo_id", "visitor_id", "visitor__name", "visitor__email")
    for *who, verdict, label, stars, changed in marks.values_list(*columns, "verdict", "label", "stars", "updated_at"):
        said = at(*who)
        said.verdict, said.label, said.stars, said.changed_at = verdict, label, stars, changed
    return {photo: sorted(people.values(), key=lambda one: one.name.casefold()) for photo, people in by_photo.items()}


def merged(sayings: Collection[Said]) -> Said | None:
    """One opinion out of several: the most stars, and the verdict and label given last."""
    if not sayings:
        return None
    names = ", ".join(one.name for one in sayings if one.picks) or ", ".join(one.name for one in sayings)
    whole = Said(UUID(int=0), names, "", stars=max(one.stars for one in sayings))
    for one in sorted(sayings, key=lambda said: said.changed_at.timestamp() if said.changed_at else 0):
        whole.picks += one.picks
        whole.verdict, whole.label = one.verdict or whole.verdict, one.label or whole.label
        whole.changed_at = one.changed_at or whole.changed_at
    return whole
