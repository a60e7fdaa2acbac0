"""The guests' door for programs: the same link, rights and budgets as the pages, and refusals in the API's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.tenancy import acting_in
from apps.sharing import access
from apps.sharing.access import Grant
from apps.sharing.guest_api.held import GalleryPass
from apps.sharing.guests import visitors
from apps.sharing.models import Visitor
from apps.web.api import Conditional
from apps.web.refusal import Refusal

Handler = Callable[..., HttpResponseBase]


class GalleryLocked(NotAuthenticated):
    """Nothing else is told: neither of what, nor by whom."""

    default_detail = "This gallery needs a password."
    default_code = "locked"


class IdentityNeeded(NotAuthenticated):
    """The link, or what is asked of it, needs to know who is there."""

    default_detail = "Enter your name and email address first."
    default_code = "identity_needed"


class GalleryGone(Refusal):
    """The link ran out or was revoked, or its gallery was put away."""

    status = 410
    code = "gone"
    sentence = "This gallery is no longer available."


@contextmanager
def refusals() -> Iterator[None]:
    """What the door refuses, as answers of the API. A draft is as unknown as a link that is none."""
    try:
        yield
    except (access.Missing, access.NotYet):
        raise Http404 from None
    except access.Gone:
        raise GalleryGone from None
    except access.Locked:
        raise GalleryLocked from None
    except access.Anonymous:
        raise IdentityNeeded from None


class GuestView(Conditional):
    """An endpoint of one link, in the studio's transaction.

    by_anyone: it opens to those who have not said yet who they are.
    """

    authentication_classes = (GalleryPass,)
    permission_classes = (AllowAny,)
    metadata_class = None
    by_anyone: ClassVar[bool] = False

    grant: Grant
    now: datetime

    @property
    def held(self) -> dict[str, str]:
        """What the caller's pass stands for; empty without one."""
        return self.request.auth if isinstance(self.request.auth, dict) else {}

    @property
    def token(self) -> str:
        return str(self.kwargs["token"])

    @property
    def visitor(self) -> Visitor | None:
        """The person who looks, if known."""
        return visitors.of(self.grant, self.held, now=self.now)

    @property
    def agent(self) -> str:
        return str(self.request.headers.get("User-Agent", ""))

    def known(self) -> Visitor:
        """The person who looks. Raises IdentityNeeded."""
        visitor = self.visitor
        if visitor is None:
            raise IdentityNeeded
        return visitor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = str(request.method).lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise MethodNotAllowed(str(request.method))
        self.now = timezone.now()
        if method not in ("get", "head"):
            # The body is received before the transaction is opened: a slow client must not hold one.
            _ = request.data
        self.enter()
        setattr(self, method, self._inside(getattr(self, method)))

    def enter(self) -> None:
        """Open the link, or refuse."""
        with refusals():
            self.grant = access.open_link(self.token, self.held, now=self.now, by_anyone=self.by_anyone)

    def _inside(self, handler: Handler) -> Handler:
        """Only the handler runs in the transaction: an error leaves it before it becomes an answer."""

        def inside(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            language = translation.get_language_from_request(request._request)
            with translation.override(language), acting_in(self.grant.studio):
                if request.method == "GET":
                    visitors.seen(self.grant, self.held, now=self.now)
                return handler(request, *args, **kwargs)

        return inside

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response.setdefault("Referrer-Policy", "no-referrer")
        return response
