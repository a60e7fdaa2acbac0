"""The members' door: who may act in which studio, in which role.

Pages, API, sockets and byte paths all come in by `enter`. A studio that is not yours does not exist (404);
a role too low is refused (403).

Members may be kept to some galleries of the studio. To them a door is closed (404) unless it says that it knows
galleries (`album_scoped`): then the gallery in its address must be one of theirs, and its lists show only these
(`visible_to`). To contributors it is closed unless it says `contributors` as well. So what is added later is closed
until somebody has thought about it. `MemberStanding.admit` alone decides.

Whoever runs the installation may visit a studio for an hour (see `visits`): through the doors of viewers, to look and
change nothing. Only pages and pictures ask for visitors (`present_in`), and only once somebody is no member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, NamedTuple, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import BrowserSession, Role, Studio, User, at_hand
from apps.accounts.session_store import SessionStore
from apps.accounts.tenancy import Arrival, across_studios, acting_in, arriving_in, read_only
from apps.web.compiled_queries import Later
from apps.web.raw_rows import RowColumns

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Door:
    """Whom a page, an action or a path lets in.

    needed: the lowest role; contributors stand outside of that order.
    album_scoped: restricted members too, as behind it lies what lies in their galleries and nothing else.
    contributors: they too, if it is album_scoped.
    while_closing: open in a studio that was deleted and may still be restored; of others only those of viewers are.
    visits: the operator on a visit comes in by a viewer's door; not where files leave the studio.
    """

    needed: Role = Role.VIEWER
    album_scoped: bool = False
    contributors: bool = False
    while_closing: bool = False
    visits: bool = True


CLOSING = "This studio was deleted and can only be read. An owner can restore it."
LOOKING = "You’re visiting as the operator and can only look."
_READING: Final = ("GET", "HEAD", "OPTIONS")


class FactorMissing(PermissionDenied):
    """The studio asks its members for two-step sign-in, and this one has not switched it on."""

    SENTENCE: Final = "This studio asks for two-step sign-in. Sign in on its web page and turn it on."


class MemberStanding(NamedTuple):
    """How somebody works in a studio: all on which it depends what is open to them, but which galleries are theirs.

    is_restricted: in some galleries only.  is_closing: the studio was deleted and can only be read.
    lacks_factor: the studio asks for two-step sign-in, and theirs is off; then no door is open.
    is_visit: no member but the operator, who looks.
    """

    role: Role
    is_restricted: bool
    is_closing: bool
    lacks_factor: bool = False
    is_visit: bool = False

    @property
    def may_edit(self) -> bool:
        return self.role.reaches(Role.EDITOR) and not self.is_closing

    @property
    def may_manage(self) -> bool:
        return self.role.reaches(Role.OWNER) and not self.is_closing

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_contributor(self) -> bool:
        return self.role == Role.CONTRIBUTOR

    def require(self, needed: Role, *, while_closing: bool = False) -> None:
        """Raises PermissionDenied with a sentence when the role is too low, or the studio can only be read."""
        if self.is_closing and not while_closing and needed is not Role.VIEWER:
            raise PermissionDenied(CLOSING)
        if not self.role.reaches(needed):
            raise PermissionDenied(f"This needs the role {needed.label.lower()}; yours is {self.role.label.lower()}.")

    def admit(self, door: Door, *, is_theirs: bool = True) -> None:
        """As `Entered.admit`. is_theirs: the gallery behind the door, if there is one, is one of theirs."""
        if self.lacks_factor:
            raise FactorMissing(FactorMissing.SENTENCE)
        if self.is_visit and not (door.visits and door.needed is Role.VIEWER):
            raise PermissionDenied(LOOKING)
        if self.is_restricted and not (door.album_scoped and is_theirs):
            raise Http404
        if not self.is_contributor:
            self.require(door.needed, while_closing=door.while_closing)
        elif not door.contributors:
            raise Http404
        elif self.is_closing:
            raise PermissionDenied(CLOSING)

    def passes(self, door: Door) -> bool:
        """True for a door that lets such a member through, whatever gallery is behind it."""
        try:
            self.admit(door)
        except (Http404, PermissionDenied):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Entered:
    """A person in a studio. Role and galleries are read at every request, so what is cut is cut at once.

    several: the person works in other studios too.  album_ids: the galleries of a restricted member, None for all.
    lacks_factor: as in `MemberStanding`; never of who shows an API key, which was made behind these doors.
    visit_until: when the operator's visit ends; None for members.
    """

    studio: Studio
    user: User
    role: Role
    several: bool = False
    album_ids: frozenset[UUID] | None = None
    lacks_factor: bool = False
    visit_until: datetime | None = None

    @property
    def standing(self) -> MemberStanding:
        is_closing = self.studio.is_closing
        return MemberStanding(self.role, self.is_restricted, is_closing, self.lacks_factor, self.is_visit)

    @property
    def is_visit(self) -> bool:
        """True for the operator, who is no member and looks."""
        return self.visit_until is not None

    @property
    def is_contributor(self) -> bool:
        return self.role == Role.CONTRIBUTOR

    @property
    def is_restricted(self) -> bool:
        """True for who works in some galleries only."""
        return self.album_ids is not None

    @property
    def may_upload(self) -> bool:
        return self.may_edit or (self.is_contributor and not self.studio.is_closing)

    @property
    def may_edit(self) -> bool:
        return self.standing.may_edit

    @property
    def may_manage(self) -> bool:
        return self.standing.may_manage

    def require(self, needed: Role, *, while_closing: bool = False) -> None:
        """Raises PermissionDenied with a sentence when the role is too low, or the studio can only be read."""
        self.standing.require(needed, while_closing=while_closing)

    def passes(self, door: Door) -> bool:
        """True for a door that lets this member through, whatever gallery is behind it."""
        return self.standing.passes(door)

    def admit(self, door: Door, *, album: UUID | None = None) -> None:
        """Let the member through. album: the gallery behind the door, if its address names one.

        Raises Http404 where a restricted member or a contributor has no business, PermissionDenied for a low role,
        FactorMissing where two-step sign-in is off and the studio asks for it.
        """
        self.standing.admit(door, is_theirs=album is None or self.album_ids is None or album in self.album_ids)


class StudioRequest(HttpRequest):
    """A request behind the members' door."""

    studio: Studio
    entered: Entered
    user: User
    htmx: object
    layout: Later


_STUDIO = RowColumns(Studio, without=["logo"])
#: Of a member `m` in a studio `s`, for statements that tell them together with something else: see `entered_of`.
MEMBER = f"""m.role, exists (select 1 from accounts_membership o where o.user_id = m.user_id and o.id <> m.id),
        case when m.is_restricted then array(
            select g.album_id from accounts_membershipalbum g where g.studio_id = m.studio_id and g.membership_id = m.id
        ) end,
        {_STUDIO.sql("s")}"""
_MINE = f"""
    select {MEMBER} from accounts_membership m join accounts_studio s on s.id = m.studio_id
    where m.user_id = %s and """
_BY_SLUG, _BY_ID = _MINE + "s.slug = %s", _MINE + "s.id = %s"
_VISIT = f"""
    select v.ends_at, {_STUDIO.sql("s")} from accounts_operatorvisit v join accounts_studio s on s.id = v.studio_id
    where v.user_id = %s and v.ended_at is null and v.ends_at > %s and """
_VISIT_BY_SLUG, _VISIT_BY_ID = _VISIT + "s.slug = %s", _VISIT + "s.id = %s"
_SESSION, _USER = RowColumns(BrowserSession), RowColumns(User)
# Whoever has this session, as a member of the studio with this slug.
_ARRIVED = f"""
    select {_SESSION.sql("b")}, {_USER.sql("u")}, {MEMBER}
    from accounts_browsersession b
    join accounts_user u on u.id = b.user_id
    join accounts_membership m on m.user_id = u.id
    join accounts_studio s on s.id = m.studio_id
    where b.session_key = %s and b.expire_date > %s and s.slug = %s
"""
# Studios by their slugs, as they were told last: which one a page will most likely be about.
_IDS: Final[dict[str, UUID]] = {}
_MOST_IDS: Final = 10_000


def enter(
    user: object,
    studio: str | UUID,
    needed: Role = Role.VIEWER,
    *,
    album: UUID | None = None,
    album_scoped: bool = False,
    contributors: bool = False,
) -> Entered:
    """Let `user` into the studio with this slug or id, by a door like this (see `Door`).

    album: the gallery behind the door, which is then album_scoped.
    Raises Http404 if there is no such studio, the user is no member, or this is not behind the member's galleries;
    PermissionDenied if the role is too low.
    """
    entered = member_of(user, studio)
    entered.admit(Door(needed, album_scoped or album is not None, contributors), album=album)
    return entered


def member_of(user: object, studio: str | UUID) -> Entered:
    """Who `user` is in this studio, as long as nothing of it is shown: `admit` is still to be asked.

    Raises Http404 if there is no such studio or the user is no member.
    """
    if not isinstance(user, User) or not user.is_active:
        raise Http404
    statement = _BY_SLUG if isinstance(studio, str) else _BY_ID
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(statement, [user.pk, studio])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    return entered_of(user, found)


def visitor_of(user: object, studio: str | UUID) -> Entered:
    """Who visits this studio as the operator; `admit` is still to be asked, and `read_only` to be called.

    Raises Http404 if `user` is no operator, or has no visit there that lasts.
    """
    if not isinstance(user, User) or not user.is_operator:
        raise Http404
    statement = _VISIT_BY_SLUG if isinstance(studio, str) else _VISIT_BY_ID
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(statement, [user.pk, timezone.now(), studio])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    until, *row = found
    visited = _STUDIO.row(row)
    lacks_factor = visited.second_factor_required and not user.has_second_factor
    return Entered(visited, user, Role.VIEWER, lacks_factor=lacks_factor, visit_until=until)


def present_in(user: object, studio: str | UUID) -> Entered:
    """As `member_of`; the operator on a visit, too."""
    try:
        return member_of(user, studio)
    except Http404:
        return visitor_of(user, studio)


def entered_of(user: User, values: Sequence[Any], *, by_key: bool = False) -> Entered:
    """A member. values: what `MEMBER` gives.  by_key: who shows an API key has no second factor to give."""
    role, several, albums, *row = values
    studio = _STUDIO.row(row)
    lacks_factor = studio.second_factor_required and not user.has_second_factor and not by_key
    return Entered(studio, user, Role(role), several, None if albums is None else frozenset(albums), lacks_factor)


@contextmanager
def _arrived(request: HttpRequest, slug: str) -> Iterator[Entered | None]:
    """Whoever asks, as a member of this studio, within the studio's transaction: all is read by its first exchange.

    None, and outside of all studios, if it takes more than reading to tell who asks, or they have no business here:
    then `request.user` and `member_of` tell.
    """
    session = getattr(request, "session", None)
    if not isinstance(session, SessionStore) or session.is_read or not session.session_key:
        yield None
        return
    asked = [session.session_key, timezone.now(), slug]
    with arriving_in(_ARRIVED, asked, hint=_IDS.get(slug)) as arrival:
        yield _told(request, session, arrival)


def _told(request: HttpRequest, session: SessionStore, arrival: Arrival) -> Entered | None:
    """The member of the answer, if the session still lives and is theirs by Django's own rules."""
    if not arrival.rows:
        return None
    [values] = arrival.rows
    theirs, behind = len(_SESSION), len(_SESSION) + len(_USER)
    row = _SESSION.row(values[:theirs])
    if not row.is_living or not row.is_recent:
        return None
    session.has_row(row)
    with at_hand(_USER.row(values[theirs:behind])):
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return None
    entered = entered_of(user, values[behind:])
    arrival.into(entered.studio)
    if len(_IDS) >= _MOST_IDS:
        _IDS.clear()
    _IDS[entered.studio.slug] = entered.studio.pk
    return entered


@contextmanager
def arriving(request: HttpRequest, slug: str) -> Iterator[Entered | None]:
    """Whoever asks, as a member of the studio with this slug, within its transaction; None if nobody is signed in.

    For paths without a view: `admit` is still to be asked. Raises Http404 as `member_of`.
    """
    with _arrived(request, slug) as entered:
        if entered is not None:
            yield entered
            return
    if not request.user.is_authenticated:
        yield None
        return
    entered = member_of(request.user, slug)
    with acting_in(entered.studio):
        yield entered


@contextmanager
def _acting_as(entered: Entered, request: HttpRequest) -> Iterator[None]:
    """Within the studio; who is on a visit can only read there, whatever a page would do."""
    if entered.is_visit and request.method not in _READING:
        raise PermissionDenied(LOOKING)
    with acting_in(entered.studio):
        if entered.is_visit:
            read_only()
        yield


def studio_page(
    needed: Role,
    *,
    album_scoped: bool = False,
    contributors: bool = False,
    while_closing: bool = False,
    visits: bool = True,
) -> Callable[
    [Callable[Concatenate[StudioRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, str, P], HttpResponse],
]:
    """Decorator of a page below `/studio/<slug>/`: sign-in, door, then the view inside the studio's transaction.

    The view does not get the slug: it has `request.studio`.
    album_scoped: restricted members come in. An `album_id` in the address is looked at here; a page without one shows
    only what is `visible_to(request.entered)`.  contributors: they come in as well, whatever role is needed of others.
    while_closing, visits: see `Door`.
    """
    door = Door(needed, album_scoped, contributors, while_closing, visits)

    def decorate(
        view: Callable[Concatenate[StudioRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
        def show(request: HttpRequest, entered: Entered, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                entered.admit(door, album=cast("UUID | None", kwargs.get("album_id")))
            except FactorMissing:
                return redirect_to_login(request.get_full_path(), reverse("accounts:security"))
            request.studio = entered.studio  # type: ignore[attr-defined]
            request.entered = entered  # type: ignore[attr-defined]
            # Dates are written as the studio's clock shows them.
            with timezone.override(entered.studio.zone):
                try:
                    response = view(request, *args, **kwargs)  # type: ignore[arg-type]
                finally:
                    # What was left unasked is no question of the next page.
                    connection.later = None  # type: ignore[attr-defined]
            # Who signs out leaves nothing behind in the browser's memory; files say for themselves how long they keep.
            response.setdefault("Cache-Control", "private, no-store")
            return response

        @wraps(view)
        def page(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            with _arrived(request, slug) as entered:
                if entered is not None:
                    return show(request, entered, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            entered = present_in(request.user, slug)
            with _acting_as(entered, request):
                return show(request, entered, *args, **kwargs)

        page.door = door  # type: ignore[attr-defined]
        return page  # type: ignore[return-value]

    return decorate
