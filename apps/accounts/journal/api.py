"""The journal over the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import journal
from apps.accounts.api import StudioViewSet
from apps.accounts.journal import history, permission
from apps.accounts.journal.models import JournalEntry
from apps.accounts.models import Role
from apps.web import strict
from apps.web.index_order import in_index_order
from apps.web.openapi import extend_schema


class JournalQuery(serializers.Serializer[Any]):
    """What may be asked of the journal."""

    album = serializers.UUIDField(required=False)
    photo = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)


class BySerializer(strict.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SubjectSerializer(strict.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.UUIDField()


class JournalEntrySerializer(strict.Serializer[Any]):
    """by: null for what Glassine did by itself.  sentence: what follows the name.  count: things it touched.

    undo: what to POST to `/api/journal/:id/undo`, null if it cannot be undone or was.  undoes, undone_by: entries.
    """

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    by = BySerializer(allow_null=True)
    verb = serializers.CharField()
    sentence = serializers.CharField()
    count = serializers.IntegerField()
    subject = SubjectSerializer(allow_null=True)
    albums = serializers.ListField(child=serializers.UUIDField())
    undoes = serializers.UUIDField(allow_null=True)
    undone_by = serializers.UUIDField(allow_null=True)
    undo = serializers.UUIDField(allow_null=True)


class UndoSerializer(strict.Serializer[Any]):
    """undo: what takes an act back, for `POST /api/journal/:id/undo`; null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True)


def undo_body(entry: JournalEntry | None) -> dict[str, UUID | None]:
    """`{undo}`, as an act answers."""
    return {"undo": entry.undo_id if entry else None}


def _body(line: history.Line) -> dict[str, Any]:
    entry = line.entry
    subject = {"kind": entry.subject_kind, "id": entry.subject_id} if entry.subject_id else None
    return {
        "id": entry.pk,
        "at": entry.at,
        "by": {"id": line.by.pk, "name": str(line.by)} if line.by else None,
        "verb": entry.verb,
        "sentence": line.sentence,
        "count": line.count,
        "subject": subject,
        "albums": entry.albums,
        "undoes": entry.undoes_id,
        "undone_by": line.undone_by,
        "undo": line.undo_id,
    }


@extend_schema(tags=["journal"])
class JournalViewSet(StudioViewSet[JournalEntry]):
    """What was done in the studio, newest first; of a long act one entry."""

    model = JournalEntry
    serializer_class = JournalEntrySerializer
    ordering = history.NEWEST
    # What the act itself needs is asked for each entry.
    scope = "read"
    write_role = Role.EDITOR
    contributors: ClassVar[Sequence[str]] = ("undo",)
    album_scoped: ClassVar[Sequence[str]] = ("undo", "list")

    @extend_schema(
        parameters=[
            OpenApiParameter("album", OpenApiTypes.UUID, description="Only what happened in this gallery"),
            OpenApiParameter("photo", OpenApiTypes.UUID, description="Only what touched this photo"),
            OpenApiParameter("since", OpenApiTypes.DATETIME, description="Only what is not older"),
        ],
        responses=JournalEntrySerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of the journal."""
        asked = JournalQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return self.page(**asked.validated_data)

    def page(self, **asked: Any) -> Response:
        """A page of what `history.entries` finds."""
        with in_index_order():
            rows = self.paginate_queryset(history.entries(self.entered, **asked)) or []
        return self.get_paginated_response([_body(line) for line in history.lines(self.entered, rows)])

    @extend_schema(request=None, responses=UndoSerializer)
    def undo(self, request: Request, entry_id: UUID) -> Response:
        """Take an act back; `undo` of the answer does it again. 409 if it was changed or undone since, 410 if erased.

        The key needs the scope of the act itself.
        """
        rows = self.get_queryset().filter(permission.readable(self.entered))
        entry: JournalEntry = get_object_or_404(rows, pk=entry_id)
        entry.studio = self.studio
        permission.require(self.entered, entry, scopes=self.credential.scopes)
        return Response(undo_body(journal.undo(entry, by=self.entered.user)))


urlpatterns = [
    path("journal", JournalViewSet.as_view({"get": "list"}), name="api-journal"),
    path("journal/<uuid:entry_id>/undo", JournalViewSet.as_view({"post": "undo"}), name="api-journal-undo"),
]
