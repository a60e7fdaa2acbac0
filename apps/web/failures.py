"""What a failing neighbour means in words: a full disk, a database that is away, a row that was deleted meanwhile.

Pages, API and uploads say the same sentence with the same status; what is none of these is a fault of ours (500).
Some statements fail only when their transaction commits, outside of the view, so this is asked last of all.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable

import psycopg
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.web import htmx
from apps.web.answers import retry_after
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageFull(Refusal):
    """No byte more can be written."""

    status = 507
    code = "storage_full"
    sentence = _("There is no room on the server. Nothing was lost. Please try again later.")


class DatabaseAway(Refusal):
    """The database does not answer, or has too much to do."""

    status = 503
    code = "database_away"
    sentence = _("The database does not answer at the moment. Nothing was lost. Please try again in a moment.")
    wait = 5


class DeletedMeanwhile(Refusal):
    """A row that this needs was deleted at the same moment."""

    status = 409
    code = "deleted_meanwhile"
    sentence = _("Something this needs was deleted in the meantime. Please reload the page and try again.")


class Collided(Refusal):
    """Two acts waited for each other, and PostgreSQL ended this one."""

    status = 503
    code = "collided"
    sentence = _("Something else was changed at the same moment. Nothing was lost. Please try again.")
    wait = 1


# By the first letters of SQLSTATE (PostgreSQL's appendix A). A connection that fails has none.
_BY_STATE: tuple[tuple[str, type[Refusal]], ...] = (
    ("53100", StorageFull),
    ("23503", DeletedMeanwhile),
    ("40", Collided),
    # What was prepared is gone.
    ("26000", Collided),
    ("08", DatabaseAway),
    ("53", DatabaseAway),
    ("57P", DatabaseAway),
)
# Errors of psycopg that no server told. The last one: two answers to a COMMIT, that the server goes and that it has
# gone.
_OF_THE_LINE = psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError


def refusal_of(error: BaseException) -> Refusal | None:
    """The refusal that a failure amounts to, or None for a fault of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, OSError) and error.errno in _FULL:
        return StorageFull()
    if isinstance(error, DatabaseError | InterfaceError):
        return _of_database(error.__cause__)
    return None


def _of_database(cause: BaseException | None) -> Refusal | None:
    if not isinstance(cause, psycopg.Error):
        return None
    state = cause.sqlstate or ""
    if cause.diag.source_function == "RevalidateCachedQuery":
        # A table got other columns since a statement was prepared; it is prepared anew for the next request.
        return Collided()
    if not state:
        return DatabaseAway() if isinstance(cause, _OF_THE_LINE) else None
    return next((refusal() for start, refusal in _BY_STATE if state.startswith(start)), None)


class InWords:
    """Middleware: a failing neighbour is answered by a page, or in JSON to a script, instead of a bare 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's hook for what a view raised, also while its transaction ended."""
        return answer(request, error)


def answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The failure as an answer in the language that is active; None for a fault of ours.

    What a deed refuses is its view's to tell; here only what may happen to any of them.
    """
    refusal = refusal_of(error)
    if refusal is None or refusal.status not in (409, 503, 507):
        return None
    log.warning("%s %s: %s", request.method, request.path, refusal.code, exc_info=error)
    sentence = gettext(str(refusal))
    if request.path.startswith("/api/") or htmx.is_scripted(request):
        content = {"error": {"code": refusal.code, "message": sentence, "fields": refusal.fields}}
        told: HttpResponse = JsonResponse(content, status=refusal.status)
    else:
        told = HttpResponse(render_to_string("refused.html", {"sentence": sentence}), status=refusal.status)
    told["Cache-Control"] = "no-store"
    return retry_after(told, refusal.wait)
