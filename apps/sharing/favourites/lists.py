"""A visitor's named lists of favourites: which there are, what is in them. Run in `acting_in(grant.studio)`.

The studio's presets of an album become a list of every visitor, with the studio's limits; visitors add lists of their
own. Only photos that the grant shows are counted or told.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.albums.scope import Scope
from apps.albums.stream import Stream
from apps.sharing.access import Grant
from apps.sharing.models import Pick, Selection, SelectionPreset, SelectionState, Visitor, Work
from apps.web.compiled_queries import Compiled, Later, once, together
from apps.web.typed import title_key

PER_VISITOR = 20
LONGEST_TITLE = 80
# Of a visitor's lists.
_ORDER: Final = F("preset__rank").asc(nulls_last=True), "created_at", "pk"


class ListRefused(Exception):
    """The deed is not possible as things stand; nothing was changed.

    code: for programs.  detail: figures that go with it.  The message says to the visitor what to do.
    """

    def __init__(self, code: str, message: str, **detail: int | str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as its visitor sees it. selection: None for one that the first heart will make."""

    title: str
    count: int = 0
    minimum: int = 0
    maximum: int | None = None
    selection: Selection | None = None

    @property
    def id(self) -> str:
        return str(self.selection.pk) if self.selection else ""

    @property
    def is_sent(self) -> bool:
        return self.selection is not None and self.selection.is_sent

    @property
    def is_own(self) -> bool:
        """Made by the visitor, who may rename and delete it."""
        return self.selection is not None and self.selection.preset_id is None

    @property
    def words(self) -> str:
        """The counter: "27", or "27 of 30" where there is a limit."""
        if self.maximum is None:
            return str(self.count)
        return _("{count} of {maximum}").format(count=self.count, maximum=self.maximum)

    @property
    def missing(self) -> int:
        """How many photos it needs before it can be sent."""
        return max(0, max(self.minimum, 1) - self.count)


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists of a visitor. active: the one that hearts go to.  hearts: which of the asked photos are in it."""

    every: list[Listed]
    active: Listed
    hearts: frozenset[UUID] = frozenset()


def read(
    grant: Grant,
    visitor: Visitor | None,
    *,
    chosen: UUID | None = None,
    among: Collection[UUID] = (),
    stream: Stream | None = None,
) -> Lists:
    """The lists of a visitor by one query, writing nothing.

    chosen: the list that the browser wants active; without it the first that is not sent.
    among: photos whose hearts are asked for.  stream: all that the grant shows, if it is at hand.
    Nobody known: the list that a first heart would go to.
    """
    if visitor is None:
        return Lists([], _first_to_come(grant))
    scope = (stream or grant.stream()).scope
    asked = _Asked(scope, grant.shown.pk, visitor.pk, list(among))
    # A question is a query of its own each time, so it is not compiled once.
    rows = _LISTS(asked) if scope.question is None else list(_with_hearts(asked))
    if not rows:
        return Lists([], _first_to_come(grant))
    every = [Listed(row.title, row.shown_count, row.minimum, row.maximum, row) for row in rows]
    active = choose(every, chosen)
    hearts: list[UUID] = active.selection.hearts  # type: ignore[union-attr]
    return Lists(every, active, frozenset(hearts))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose lists are asked for. scope: what their link shows.  among: photos whose hearts are asked for."""

    scope: Scope
    shown_id: UUID
    visitor_id: UUID
    among: list[UUID]


def _with_hearts(asked: _Asked) -> QuerySet[Any]:
    """A visitor's lists in order, with `shown_count` and `hearts`."""
    visible = asked.scope.placements().order_by().values("photo_id")
    picks = Pick.objects.for_studio(asked.scope.studio_id).filter(selection=OuterRef("pk"))
    return (
        Selection.objects.for_studio(asked.scope.studio_id)
        .filter(shown_id=asked.shown_id, visitor_id=asked.visitor_id)
        .select_related("preset")
        .order_by(*_ORDER)
        .annotate(
            shown_count=Coalesce(Subquery(_counted(picks.filter(photo_id__in=visible))), 0),
            hearts=ArraySubquery(picks.filter(photo_id__any=asked.among).values("photo_id")),
        )
    )


_LISTS: Final = Compiled(_with_hearts)


def choose(every: list[Listed], chosen: UUID | None) -> Listed:
    """The list with this id; else the first that is open, else the first."""
    wanted = next((one for one in every if one.selection and one.selection.pk == chosen), None)
    return wanted or next((one for one in every if not one.is_sent), every[0])


def shown_picks(grant: Grant, selection: Selection) -> QuerySet[Pick]:
    """What of a list the grant shows."""
    return _shown(grant, Pick.objects.for_studio(grant.studio).filter(selection=selection))


def prepare(grant: Grant, visitor: Visitor) -> None:
    """Make the lists that the studio wants each visitor to have, as far as they are missing; at least one."""
    # One look at what is there decides everything: whoever makes the same at the same moment uses the same names.
    there = list(_of(grant, visitor).values_list("preset_id", "title"))
    made, own = {preset_id for preset_id, _title in there}, {title for _preset_id, title in there}
    missing = [preset for preset in _presets(grant) if preset.pk not in made]
    fresh = [
        Selection(
            studio=grant.studio, shown_id=grant.shown.pk, visitor=visitor, preset=preset, title=_free(preset.title, own)
        )
        for preset in missing
    ]
    if not fresh and not own:
        fresh = [Selection(studio=grant.studio, shown_id=grant.shown.pk, visitor=visitor, title=_("Favourites"))]
    if fresh:
        # Two first hearts at once make the lists once: the second waits for the first and adds nothing.
        Selection.objects.for_studio(grant.studio).bulk_create(fresh, ignore_conflicts=True)


def hold(grant: Grant, visitor: Visitor, selection_id: UUID | None) -> Selection:
    """Lock a list of the visitor until the transaction ends; without an id the first open one, made if need be.

    Raises Http404.
    """
    asked = _Wanted(grant.studio.pk, grant.shown.pk, visitor.pk, selection_id)
    return _prepared_if_needed(grant, visitor, asked, _HELD(asked))


@dataclass(frozen=True, slots=True)
class Held:
    """A list that is locked until the transaction ends, and one photo that the link shows.

    count: how many of its photos the link shows.  pick_id: of the photo, if it is in the list; then work says how far
    the studio is with it.
    """

    selection: Selection
    count: int
    pick_id: UUID | None
    work: Work | None


def hold_for(grant: Grant, visitor: Visitor, photo_id: UUID, selection_id: UUID | None) -> Held:
    """Lock a list as `hold` does, and tell what a heart has to know of it; two exchanges.

    Raises Http404, also if the link does not show the photo.
    """
    asked = _Wanted(grant.studio.pk, grant.shown.pk, visitor.pk, selection_id)
    # It goes with the question for hidden sections.
    later = Later(_HELD.asked(asked))
    scope = grant.stream().scope
    selection = _prepared_if_needed(grant, visitor, asked, later.found()[0])
    # Asked in a statement of its own: what the list held before it was locked counts for nothing.
    about = _About(scope, selection.pk, photo_id)
    [[(count, is_shown, pick_id, work)]] = together(
        _ABOUT.asked(about) if scope.question is None else once(_about(about))
    )
    if not is_shown:
        raise Http404
    return Held(selection, count, pick_id, Work(work) if work else None)


def _prepared_if_needed(grant: Grant, visitor: Visitor, asked: _Wanted, held: list[Selection]) -> Selection:
    if not held and asked.selection_id is None:
        prepare(grant, visitor)
        held = _HELD(asked)
    if not held:
        raise Http404
    return held[0]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One list of a visitor. selection_id: None for the first open one, or the first of all."""

    studio_id: UUID
    shown_id: UUID
    visitor_id: UUID
    selection_id: UUID | None


def _held(asked: _Wanted) -> QuerySet[Any]:
    mine = Selection.objects.for_studio(asked.studio_id).filter(shown_id=asked.shown_id, visitor_id=asked.visitor_id)
    if asked.selection_id is not None:
        mine = mine.filter(pk=asked.selection_id)
    is_sent = ExpressionWrapper(Q(state=SelectionState.SENT), output_field=BooleanField())
    held = mine.select_related("preset").select_for_update(of=("self",), no_key=True)
    return held.order_by(is_sent, *_ORDER)[:1]


_HELD: Final = Compiled(_held)


@dataclass(frozen=True, slots=True)
class _About:
    """A photo and a list. scope: what the link shows."""

    scope: Scope
    selection_id: UUID
    photo_id: UUID


def _about(asked: _About) -> QuerySet[Any]:
    """One row, with what `Held` tells of them and whether the link shows the photo."""
    visible = asked.scope.placements().order_by()
    picks = Pick.objects.for_studio(asked.scope.studio_id).filter(selection=OuterRef("pk"))
    mine = picks.filter(photo_id=asked.photo_id)
    return (
        Selection.objects.for_studio(asked.scope.studio_id)
        .filter(pk=asked.selection_id)
        .annotate(
            shown_count=Coalesce(Subquery(_counted(picks.filter(photo_id__in=visible.values("photo_id")))), 0),
            is_shown=Exists(visible.filter(photo_id=asked.photo_id)),
            pick_id=Subquery(mine.values("pk")),
            work=Subquery(mine.values("work")),
        )
        .values_list("shown_count", "is_shown", "pick_id", "work")
    )


_ABOUT: Final = Compiled(_about)


def known(grant: Grant, visitor: Visitor, selection_id: UUID | None) -> UUID | None:
    """The id, if the visitor has such a list."""
    if selection_id is None or not _of(grant, visitor).filter(pk=selection_id).exists():
        return None
    return selection_id


def create(grant: Grant, visitor: Visitor, title: str) -> Selection:
    """A new list. Raises ListRefused ("title", "many")."""
    prepare(grant, visitor)
    _hold_all(grant, visitor)
    title = _checked(grant, visitor, title)
    if _of(grant, visitor).count() >= PER_VISITOR:
        raise _many()
    selection = Selection(studio=grant.studio, shown_id=grant.shown.pk, visitor=visitor, title=title)
    selection.save(force_insert=True)
    return selection


def rename(grant: Grant, visitor: Visitor, selection_id: UUID, title: str) -> Selection:
    """Give a list of one's own another name. Raises ListRefused ("title", "prepared", "locked"), Http404."""
    selection = _hold_all(grant, visitor).get(selection_id)
    if selection is None:
        raise Http404
    _own(selection)
    selection.title = _checked(grant, visitor, title, but=selection)
    selection.save(update_fields=["title"])
    return selection


def delete(grant: Grant, visitor: Visitor, selection_id: UUID) -> None:
    """Delete a list of one's own; the last one stays, and so does one that the studio has begun to work on.

    Raises ListRefused ("last", "prepared", "locked", "working"), Http404.
    """
    held = _hold_all(grant, visitor)
    selection = held.get(selection_id)
    if selection is None:
        raise Http404
    _own(selection)
    if len(held) == 1:
        raise ListRefused("last", _("You can’t delete your only list."))
    begun = Pick.objects.for_studio(grant.studio).filter(selection=selection).exclude(work=Work.SELECTED)
    if begun.exists():
        raise ListRefused("working", _("Your photographer is already working on photos of this list."))
    selection.delete()


def first_open(grant: Grant, visitor: Visitor) -> Selection:
    """The first list that is not sent; if all are, a new one. Raises ListRefused ("many")."""
    prepare(grant, visitor)
    held = _hold_all(grant, visitor)
    there = next_open(grant, visitor)
    if there is not None:
        return there
    if len(held) >= PER_VISITOR:
        raise _many()
    title = _free(_("Favourites"), {one.title for one in held.values()})
    selection = Selection(studio=grant.studio, shown_id=grant.shown.pk, visitor=visitor, title=title)
    selection.save(force_insert=True)
    return selection


def next_open(grant: Grant, visitor: Visitor) -> Selection | None:
    """The first list of the visitor that is not sent, in the order of their lists."""
    found = read(grant, visitor).active.selection
    return None if found is None or found.is_sent else found


def locked(instead: str = "") -> ListRefused:
    """What is said of a list that was sent. instead: the name of the list that takes hearts in its place."""
    return ListRefused("locked", _("You’ve sent this list. Reopen it to make changes."), instead=instead)


def over(maximum: int) -> ListRefused:
    """What is said when a list that is to be sent holds more than it may."""
    text = ngettext(
        "This list can hold %(maximum)s photo. Remove some to send it.",
        "This list can hold %(maximum)s photos. Remove some to send it.",
        maximum,
    )
    return ListRefused("full", text % {"maximum": maximum}, maximum=maximum)


def full(maximum: int) -> ListRefused:
    """What is said when a list holds all it may."""
    text = ngettext("You’ve chosen your %(maximum)s photo.", "You’ve chosen all %(maximum)s photos.", maximum)
    return ListRefused("full", text % {"maximum": maximum}, maximum=maximum)


def missing_words(missing: int) -> str:
    """What is said when a list holds too few photos to be sent."""
    text = ngettext(
        "Choose %(missing)s more photo to send this list.", "Choose %(missing)s more photos to send this list.", missing
    )
    return text % {"missing": missing}


def _hold_all(grant: Grant, visitor: Visitor) -> dict[UUID, Selection]:
    """Lock all lists of a visitor: their names and their number change one request at a time."""
    return {one.pk: one for one in _of(grant, visitor).order_by("pk").select_for_update(no_key=True)}


def _many() -> ListRefused:
    text = _("You can have up to %(count)s lists.") % {"count": PER_VISITOR}
    return ListRefused("many", text, maximum=PER_VISITOR)


def _own(selection: Selection) -> None:
    if selection.preset_id is not None:
        raise ListRefused("prepared", _("Your photographer created this list. You can’t rename or delete it."))
    if selection.is_sent:
        raise locked()


def _checked(grant: Grant, visitor: Visitor, title: str, *, but: Selection | None = None) -> str:
    title = " ".join(title.replace("\0", "").split())
    if not title:
        raise ListRefused("title", _("Enter a name for the list."))
    if len(title) > LONGEST_TITLE:
        raise ListRefused("title", _("Use at most %(count)s characters.") % {"count": LONGEST_TITLE})
    others = _of(grant, visitor).exclude(pk=but.pk) if but else _of(grant, visitor)
    if title_key(title) in map(title_key, others.values_list("title", flat=True)):
        raise ListRefused("title", _("You already have a list with this name."))
    return title


def _free(title: str, taken: set[str]) -> str:
    """The title, or with a number when the visitor has a list of that name."""
    names = [title, *(f"{title[:70]} {number}" for number in range(2, PER_VISITOR + 2))]
    keys = set(map(title_key, taken))
    name = next((one for one in names if title_key(one) not in keys), title)
    taken.add(name)
    return name


def _first_to_come(grant: Grant) -> Listed:
    """The list that a first heart would go to."""
    preset = next(iter(_PRESETS(_Prepared(grant.studio.pk, grant.shown.pk))), None)
    return Listed(preset.title, 0, preset.minimum, preset.maximum) if preset else Listed(_("Favourites"))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Of which album the prepared lists are asked for."""

    studio_id: UUID
    shown_id: UUID


def _first_prepared(asked: _Prepared) -> QuerySet[Any]:
    rows = SelectionPreset.objects.for_studio(asked.studio_id).filter(shown_id=asked.shown_id)
    return rows.order_by("rank", "pk")[:1]


# Every first look of a guest asks this.
_PRESETS: Final = Compiled(_first_prepared)


def _presets(grant: Grant) -> QuerySet[SelectionPreset]:
    return SelectionPreset.objects.for_studio(grant.studio).filter(shown_id=grant.shown.pk).order_by("rank", "pk")


def _of(grant: Grant, visitor: Visitor) -> QuerySet[Selection]:
    return Selection.objects.for_studio(grant.studio).filter(shown_id=grant.shown.pk, visitor=visitor)


def _shown(grant: Grant, picks: QuerySet[Pick]) -> QuerySet[Pick]:
    return picks.filter(photo_id__in=grant.photos().values("photo_id"))


def _counted(picks: QuerySet[Pick]) -> QuerySet[Any]:
    return picks.order_by().values("selection").annotate(number=Count("pk")).values("number")
