"""Members over the API: who works in the studio, in which role and in which galleries."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import members
from apps.accounts.api import StudioViewSet
from apps.accounts.endpoints import UserSerializer
from apps.accounts.models import Invitation, Membership, MembershipAlbum, Role
from apps.accounts.tenancy import StudioQuerySet
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view


def _galleries(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(),
        allow_null=True,
        help_text="Ids of the galleries in which the person works; null for all of the studio.",
        **options,
    )


class MemberSerializer(strict.Serializer[Membership]):
    """A member."""

    id = serializers.UUIDField(read_only=True)
    user = UserSerializer(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)
    albums = _galleries(required=False)
    created_at = serializers.DateTimeField(read_only=True)


class InviteSerializer(strict.Serializer[Invitation]):
    """An offer to join, which was emailed."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)
    albums = _galleries(required=False, default=None)
    expires_at = serializers.DateTimeField(read_only=True)


@extend_schema(tags=["members"])
@extend_schema_view(list=extend_schema(responses=MemberSerializer(many=True)))
class MemberViewSet(StudioViewSet[Membership]):
    """The studio's members, for owners."""

    model = Membership
    serializer_class = MemberSerializer
    ordering = ("created_at", "id")
    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"list": "admin"}

    def get_queryset(self) -> StudioQuerySet[Membership]:
        rows = MembershipAlbum.objects.for_studio(self.studio)
        return super().get_queryset().select_related("user").prefetch_related(Prefetch("gallery_rows", rows))

    @extend_schema(request=InviteSerializer, responses={201: InviteSerializer})
    def create(self, request: Request) -> Response:
        """Invite somebody by email. A contributor is invited to galleries, an owner to the whole studio."""
        asked = InviteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        fields = asked.validated_data
        offer = members.invite(self.entered, fields["email"], Role(fields["role"]), fields["albums"])
        return Response(InviteSerializer(offer).data, status=201)

    @extend_schema(responses=MemberSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change role or galleries, effective at once. What is not named stays; an owner works everywhere."""
        member = get_object_or_404(self.get_queryset(), pk=pk)
        asked = MemberSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        role = Role(asked.validated_data.get("role", member.role))
        stays = None if role == Role.OWNER else member.albums
        members.change_role(self.entered, member, role, asked.validated_data.get("albums", stays))
        return Response(MemberSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """End a membership, with the person's keys and sessions in the studio."""
        members.remove(self.entered, get_object_or_404(self.get_queryset(), pk=pk))
        return Response(status=204)
