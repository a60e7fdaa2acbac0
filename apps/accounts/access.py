"""The members' door: who may act in which studio, in which role.

Pages, API, sockets and byte paths all come in by `enter`. A studio that is not yours does not exist (404);
a role too low is refused (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.web.raw_rows import RowColumns

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Entered:
    """A person in a studio. The role is read at every request, so a cut role works at once.

    several: the person works in other studios too.
    """

    studio: Studio
    user: User
    role: Role
    several: bool = False

    @property
    def may_edit(self) -> bool:
        return self.role.reaches(Role.EDITOR)

    @property
    def may_manage(self) -> bool:
        return self.role.reaches(Role.OWNER)

    def require(self, needed: Role) -> None:
        """Raises PermissionDenied with a sentence when the role is too low."""
        if not self.role.reaches(needed):
            raise PermissionDenied(f"This needs the role {needed.label.lower()}; yours is {self.role.label.lower()}.")


class StudioRequest(HttpRequest):
    """A request behind the members' door."""

    studio: Studio
    entered: Entered
    user: User
    htmx: object


_STUDIO = RowColumns(Studio, without=["logo"])
_MINE = f"""
    select m.role, exists (select 1 from accounts_membership o where o.user_id = m.user_id and o.id <> m.id),
        {_STUDIO.sql("s")}
    from accounts_membership m join accounts_studio s on s.id = m.studio_id
    where m.user_id = %s and """
_BY_SLUG, _BY_ID = _MINE + "s.slug = %s", _MINE + "s.id = %s"


def enter(user: object, studio: str | UUID, needed: Role = Role.VIEWER) -> Entered:
    """Let `user` into the studio with this slug or id.

    Raises Http404 if there is no such studio or the user is no member; PermissionDenied if the role is too low.
    """
    if not isinstance(user, User) or not user.is_active:
        raise Http404
    statement = _BY_SLUG if isinstance(studio, str) else _BY_ID
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(statement, [user.pk, studio])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    role, several, *values = found
    entered = Entered(_STUDIO.row(values), user, Role(role), several)
    entered.require(needed)
    return entered


def studio_page(
    needed: Role,
) -> Callable[
    [Callable[Concatenate[StudioRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, str, P], HttpResponse],
]:
    """Decorator of a page below `/studio/<slug>/`: sign-in, door, then the view inside the studio's transaction.

    The view does not get the slug: it has `request.studio`.
    """

    def decorate(
        view: Callable[Concatenate[StudioRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
        @wraps(view)
        def page(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            entered = enter(request.user, slug, needed)
            request.studio = entered.studio  # type: ignore[attr-defined]
            request.entered = entered  # type: ignore[attr-defined]
            # Dates are written as the studio's clock shows them.
            with acting_in(entered.studio), timezone.override(entered.studio.zone):
                return view(request, *args, **kwargs)  # type: ignore[arg-type]

        page.needed_role = needed  # type: ignore[attr-defined]
        return page  # type: ignore[return-value]

    return decorate
