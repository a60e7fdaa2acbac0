"""A collection begins to be shared: its gallery is made, and its links are found there."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.smart_collections.models import Collection, SmartCollection
from apps.smart_collections.shareable import Shareable
from apps.web.answers import SeeOther


@require_POST
@studio_page(Role.EDITOR)
def share(request: StudioRequest, by_hand_id: UUID) -> HttpResponse:
    """Go to the links of a collection that was made by hand."""
    return _links(request, Collection, by_hand_id)


@require_POST
@studio_page(Role.EDITOR)
def share_smart(request: StudioRequest, collection_id: UUID) -> HttpResponse:
    """Go to the links of a smart collection."""
    return _links(request, SmartCollection, collection_id)


def _links(request: StudioRequest, model: type[Shareable], collection_id: UUID) -> HttpResponse:
    row: Shareable = get_object_or_404(model.objects.for_studio(request.studio), pk=collection_id)
    row.studio = request.studio
    return SeeOther("sharing:links", request.studio.slug, row.gallery().pk)
