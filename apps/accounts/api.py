"""The API's members' door: which studio, which role, which scope; and everything in one transaction."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from rest_framework.decorators import MethodMapper
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts import idempotency
from apps.accounts.access import Door, Entered
from apps.accounts.credentials import Credential
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import StudioModel, StudioQuerySet, acting_in
from apps.web.api import Conditional

M = TypeVar("M", bound=StudioModel)
Handler = Callable[..., Response]


class StudioView(Conditional):
    """An endpoint in the studio of the caller's credential.

    read_role, write_role: what members need.  scope: what a key needs to write; reading needs "read".
    action_scopes: other scopes for some actions of a viewset or methods of a view, as {"create": "upload"}.
    album_scoped, contributors: the actions or methods that let restricted members and contributors in (see
    `access.Door`); to them all others do not exist.
    """

    read_role: ClassVar[Role] = Role.VIEWER
    write_role: ClassVar[Role] = Role.EDITOR
    scope: ClassVar[str] = ""
    action_scopes: ClassVar[dict[str, str]] = {}
    album_scoped: ClassVar[Collection[str]] = ()
    contributors: ClassVar[Collection[str]] = ()
    metadata_class = None

    @property
    def credential(self) -> Credential:
        """What the caller showed; `HasScope` let nobody in without."""
        return cast(Credential, self.request.auth)

    @property
    def entered(self) -> Entered:
        return self.credential.entered

    @property
    def studio(self) -> Studio:
        return self.entered.studio

    def needs(self, request: Request) -> tuple[Door, str]:
        """Whom this lets in, and the scope that a key needs for it. Raises MethodNotAllowed."""
        if not hasattr(self, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        action = self._action(request)
        role = self.read_role if request.method in SAFE_METHODS else self.write_role
        return Door(role, action in self.album_scoped, action in self.contributors), self._scope(request, action)

    def _action(self, request: Request) -> str:
        """What is asked of a viewset, else the method; to ask for the head of an answer is to ask for the answer."""
        method = "get" if request.method == "HEAD" else str(request.method).lower()
        return getattr(self, "action", None) or method

    def _scope(self, request: Request, action: str) -> str:
        if action in self.action_scopes:
            return self.action_scopes[action]
        if request.method in SAFE_METHODS:
            return "read"
        if not self.scope:
            raise ImproperlyConfigured(f"{type(self).__name__} writes and names no scope")
        return self.scope

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = str(request.method).lower()
        if request.method not in SAFE_METHODS:
            # The body is received before the transaction is opened: a slow client must not hold one.
            _ = request.data
        # Only the handler runs in the transaction. An error leaves the block before it becomes an answer;
        # otherwise what was half done would be committed.
        if method in self.http_method_names and hasattr(self, method):
            setattr(self, method, self._in_studio(getattr(self, method)))

    def _in_studio(self, handler: Handler) -> Handler:
        def inside(request: Request, *args: Any, **kwargs: Any) -> Response:
            with acting_in(self.studio):
                if request.method != "POST":
                    return handler(request, *args, **kwargs)
                return idempotency.once(self.credential, request, lambda: handler(request, *args, **kwargs))

        return inside


class StudioViewSet(StudioView, GenericViewSet, Generic[M]):  # type: ignore[type-arg]
    """Rows of one model in the caller's studio. Another studio's id is answered like an unknown one.

    model: what it serves.  ordering: unique, not null; the order of the list and of its cursors.
    """

    model: type[M]
    ordering: ClassVar[tuple[str, ...]] = ("id",)
    lookup_value_converter = "uuid"

    @classmethod
    def get_extra_actions(cls) -> list[Any]:
        """Methods marked with `@action`. Unlike DRF's own, this asks the class for no attribute: its `schema` would
        load all that draws up the OpenAPI document."""
        return [
            method
            for _, method in inspect.getmembers_static(cls)
            if isinstance(getattr(method, "mapping", None), MethodMapper)
        ]

    def get_queryset(self) -> StudioQuerySet[M]:
        return self.model.objects.for_studio(self.studio)

    def paginated(self, rows: models.QuerySet[Any]) -> Response:
        """One page of `rows` through the view's serializer."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """One page."""
        return self.paginated(self.filter_queryset(self.get_queryset()))
