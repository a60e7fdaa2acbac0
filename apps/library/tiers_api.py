"""Tiers over the API: promote, demote, and writing the metadata again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.journal.api import undo_body
from apps.accounts.models import JournalEntry
from apps.albums.models import Photo, Tier
from apps.albums.serializers import ChangedPhotoSerializer, photo_shapes
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.tiers import approve
from apps.web import strict
from apps.web.openapi import extend_schema
from apps.web.refusal import Refusal


class NotProcessed(Refusal):
    """Nothing is known of the photo yet."""

    status = 409
    code = "not_ready"
    sentence = "This photo has not been processed yet."


class NotApproved(Refusal):
    """Only approved photos have a copy with their metadata."""

    status = 409
    code = "not_approved"
    sentence = "Approve this photo first."


class TierRequest(strict.Serializer[Any]):
    """tier: gold approves the photo, silver has it reviewed once more."""

    tier = serializers.ChoiceField(choices=[Tier.SILVER.value, Tier.GOLD.value], default=Tier.GOLD.value)


class _OfPhoto(StudioView):
    scope = "albums"
    album_scoped = ("post",)

    def photo(self, photo_id: UUID) -> Photo:
        """A photo that the caller sees, out of the trash, or Http404."""
        rows = Photo.objects.visible_to(self.entered).filter(trashed_at__isnull=True)
        photo: Photo = get_object_or_404(rows, pk=photo_id)
        return photo

    def changed(self, request: Request, photo: Photo, entry: JournalEntry | None) -> Response:
        """The photo as it is now, and the way back."""
        return Response(photo_shapes(request, self.entered, [photo.pk])[0] | undo_body(entry))

    def demote(self, photo: Photo) -> JournalEntry | None:
        """Have the photo reviewed once more."""
        mine = self.entered.album_ids or ()
        return approve.unapprove(self.studio, [photo.pk], by=self.entered.user, albums=mine)


class Promote(_OfPhoto):
    """Approving a photo."""

    @extend_schema(tags=["photos"], request=TierRequest, responses=ChangedPhotoSerializer)
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Let the photo be gold: what is known of it is then written into a copy of its file."""
        photo = self.photo(photo_id)
        asked = TierRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        if not photo.is_ready:
            raise NotProcessed
        if asked.validated_data["tier"] == Tier.SILVER.value:
            return self.changed(request, photo, self.demote(photo))
        mine = self.entered.album_ids or ()
        return self.changed(request, photo, approve.approve(self.studio, [photo.pk], by=self.entered.user, albums=mine))


class Demote(_OfPhoto):
    """Taking an approval back."""

    @extend_schema(tags=["photos"], request=None, responses=ChangedPhotoSerializer)
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Have the photo reviewed once more. Its copy is not given out any more."""
        photo = self.photo(photo_id)
        return self.changed(request, photo, self.demote(photo))


class EmbedMetadata(_OfPhoto):
    """Writing a copy again."""

    @extend_schema(tags=["photos"], request=None, responses={202: AcceptedSerializer})
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Write what is known of an approved photo into its copy again, as a task. 409 if it is not approved."""
        photo = self.photo(photo_id)
        if photo.approved_at is None:
            raise NotApproved
        return accepted(approve.begin(self.studio, [photo.pk], by=self.entered.user, mine=self.entered.album_ids))


urlpatterns = [
    path("photos/<uuid:photo_id>/promote", Promote.as_view(), name="api-photo-promote"),
    path("photos/<uuid:photo_id>/demote", Demote.as_view(), name="api-photo-demote"),
    path("photos/<uuid:photo_id>/embed-metadata", EmbedMetadata.as_view(), name="api-photo-embed"),
]
