"""The library over the API: all photos, and a search with the same language and rules as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Final

from django.http import QueryDict
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.albums.serializers import PhotoSerializer, photo_shapes
from apps.library.find import FACETS, Library
from apps.library.questions import language, tree
from apps.library.questions.fields import FIELDS, IN_RULES
from apps.library.questions.kinds import BadValue
from apps.library.questions.tree import BadOperator, BadRules, Group, Node
from apps.web import strict
from apps.web.api import Keyset
from apps.web.openapi import extend_schema
from apps.web.refusal import Refusal

# Names of the contract -> the order; each ends in the id.
ORDERS: Final = {
    "-taken_at": ("-wall", "-id"),
    "taken_at": ("wall", "id"),
    "created_at": ("uploaded_at", "id"),
    "-created_at": ("-uploaded_at", "-id"),
}


# What an address says of the answer, and not of the photos.
NOT_FIELDS: Final = frozenset(("q", "facets", "order", "limit", "cursor", "format"))


class BadQuestion(Refusal):
    """Rules or a search that cannot be asked; `fields` says where."""

    status = 422
    code = "bad_rules"
    sentence = "These rules cannot be asked."


def rules_of(plain: object, *, with_guests: bool) -> Group:
    """The tree of what was sent. Raises BadQuestion with the path."""
    try:
        return tree.read(plain, with_guests=with_guests)
    except BadRules as error:
        raise BadQuestion(fields={error.path or "rules": [str(error)]}) from None


class SearchRequest(serializers.Serializer[Any]):
    """q: as in the search box.  rules: a tree of rules; both may be given.  facets: names, with commas between."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=language.LONGEST)
    rules = serializers.JSONField(required=False)
    facets = serializers.CharField(required=False, allow_blank=True, max_length=200)
    order = serializers.ChoiceField(choices=list(ORDERS), default="-taken_at")

    def validate_facets(self, value: str) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
        if unknown := set(wanted) - set(FACETS):
            raise ValidationError(f"There is no facet {sorted(unknown)[0]}; there are {', '.join(FACETS)}.")
        return wanted


def fields_of(sent: QueryDict, *, with_guests: bool) -> list[Node]:
    """What the fields of an address ask for: `?camera=R6&rating=>=4`. Raises BadQuestion with the name."""
    asked: list[Node] = []
    wrong: dict[str, list[str]] = {}
    for name in sent:
        if name in NOT_FIELDS:
            continue
        try:
            asked.append(language.of_parameter(name, sent.getlist(name), with_guests=with_guests))
        except (BadOperator, BadValue) as error:
            wrong[name] = [str(error)]
    if wrong:
        raise BadQuestion(fields=wrong)
    return asked


class FacetValue(strict.Serializer[Any]):
    """value: as rules ask for it.  label: the same as a person reads it."""

    value = serializers.JSONField()
    label = serializers.CharField()  # type: ignore[assignment]  # the stubs know it as the words beside a field
    count = serializers.IntegerField()


class SearchAnswer(strict.Serializer[Any]):
    """total: how many, or {"at_least": 20000}.  not_understood: sentences about parts of `q`."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PhotoSerializer(many=True)
    total = serializers.JSONField()
    facets = serializers.DictField(child=FacetValue(many=True))
    not_understood = serializers.ListField(child=serializers.CharField())


class LibraryPhotos(StudioView):
    """`GET /api/photos`: the whole library."""

    scope = "albums"
    album_scoped: ClassVar[Sequence[str]] = ("get",)
    contributors: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(
        tags=["finding"],
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="as in the search box"),
            OpenApiParameter("order", OpenApiTypes.STR, enum=list(ORDERS), default="-taken_at"),
            OpenApiParameter("facets", OpenApiTypes.STR, description="names with commas between"),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            *(
                OpenApiParameter(name, OpenApiTypes.STR, many=True, description=f"as {name}: in the search box")
                for name in IN_RULES
            ),
        ],
        responses=SearchAnswer,
    )
    def get(self, request: Request) -> Response:
        """A page of the photos that a search and fields of rules find, of all of them without any."""
        sent = {name: request.query_params[name] for name in request.query_params if name in NOT_FIELDS}
        asked = fields_of(request.query_params, with_guests=not self.entered.is_contributor)
        return self._found(request, sent, *asked)

    def _found(self, request: Request, sent: Any, *beside: Node) -> Response:
        asked = SearchRequest(data=sent)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        with_guests = not self.entered.is_contributor
        search = language.read(values.get("q", ""), today=_today(self), with_guests=with_guests)
        nodes = [*search.tree.rules, *beside]
        if "rules" in values:
            nodes.append(rules_of(values["rules"], with_guests=with_guests))
        library = Library(self.entered, Group("all", tuple(nodes)), today=_today(self))
        pages = _Pages(ORDERS[values["order"]])
        rows = pages.paginate_queryset(library.rows.only("pk", "wall", "uploaded_at"), request, self)
        body = pages.get_paginated_response(photo_shapes(request, self.entered, [row.pk for row in rows])).data
        total = library.total
        return Response(
            body
            | {
                "total": total.count if total.is_exact else {"at_least": total.count},
                "facets": _facets(library, values.get("facets") or ()),
                "not_understood": list(search.misread),
            }
        )


class PhotoSearch(LibraryPhotos):
    """`GET|POST /api/photos/search`: the same, and with rules in the body."""

    album_scoped = contributors = ("get", "post")
    action_scopes = {"post": "read"}
    write_role = StudioView.read_role

    @extend_schema(tags=["finding"], request=SearchRequest, responses={200: SearchAnswer})
    def post(self, request: Request) -> Response:
        """A page of the photos that rules and a search let by."""
        return self._found(request, request.data)


def _today(view: StudioView) -> date:
    return timezone.now().astimezone(view.studio.zone).date()


class _Pages(Keyset):
    """Keyset pages in the order that was asked for."""

    def __init__(self, ordering: tuple[str, str]) -> None:
        self.ordering = ordering

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        return super().paginate_queryset(queryset, request, self)  # type: ignore[arg-type]


def _facets(library: Library, wanted: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    if not wanted:
        return {}
    found = library.facets(wanted)
    fields = {name: FIELDS["taken_at" if name == "year" else name] for name in wanted}
    return {
        name: [{"value": value, "label": field.words_for(value), "count": count} for value, count in found[name]]
        for name, field in fields.items()
    }


urlpatterns = [
    path("photos", LibraryPhotos.as_view(), name="api-library"),
    path("photos/search", PhotoSearch.as_view(), name="api-photos-search"),
]
