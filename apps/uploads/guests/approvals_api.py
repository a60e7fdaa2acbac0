"""Approvals over the API: photos of guests that wait for the studio's answer."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.models import Role
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.batch_api import BatchResult
from apps.albums.serializers import PhotoSerializer, photo_shapes
from apps.uploads.guests import approval
from apps.uploads.guests.waiting import waiting_for
from apps.uploads.models import ReceivedFile
from apps.web import strict
from apps.web.openapi import extend_schema

NOT_WAITING = "This photo does not wait for an answer."


class ApprovalSerializer(strict.Serializer[Any]):
    """A photo that waits. guest: the name that its sender gave, null once the guest was erased."""

    album = serializers.UUIDField()
    guest = serializers.CharField(allow_null=True)
    sent_at = serializers.DateTimeField()
    photo = PhotoSerializer()


class ApprovalRequest(strict.Serializer[Any]):
    """photos: ids.  answer: approve shows them to the gallery's guests, reject moves them to the trash."""

    photos = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=approval.MOST)
    answer = serializers.ChoiceField(choices=["approve", "reject"])


@extend_schema(tags=["uploads"])
class ApprovalViewSet(StudioViewSet[ReceivedFile]):
    """What guests sent and nobody answered yet, the earliest first."""

    model = ReceivedFile
    read_role = Role.EDITOR
    scope = "albums"
    album_scoped = ("list", "answer")

    def get_queryset(self) -> StudioQuerySet[ReceivedFile]:
        return waiting_for(self.entered)

    @extend_schema(responses=ApprovalSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of photos that wait, each with its gallery."""
        files = self.paginate_queryset(self.get_queryset().select_related("visitor")) or []
        photos = {file.photo_id for file in files if file.photo_id}
        shapes = {shape["id"]: shape for shape in photo_shapes(request, self.entered, photos)}
        return self.get_paginated_response(
            [
                {
                    "album": file.album_id,
                    "guest": file.visitor.name if file.visitor else None,
                    "sent_at": file.at,
                    "photo": shapes[str(file.photo_id)],
                }
                for file in files
            ]
        )

    @extend_schema(request=ApprovalRequest, responses=BatchResult)
    def answer(self, request: Request) -> Response:
        """Approve or reject photos in every gallery in which they wait. One undo takes back all of it."""
        asked = ApprovalRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        photos = list(dict.fromkeys(asked.validated_data["photos"]))
        approved = asked.validated_data["answer"] == "approve"
        answered = approval.answer_all(self.entered, photos, approved=approved)
        refused = [{"photo": pk, "reason": NOT_WAITING} for pk in photos if pk not in answered.photos]
        undo = answered.entry.undo_id if answered.entry else None
        return Response(BatchResult({"done": len(answered.photos), "refused": refused, "undo": undo}).data)


urlpatterns = [
    path("approvals", ApprovalViewSet.as_view({"get": "list", "post": "answer"}), name="api-approvals"),
]
