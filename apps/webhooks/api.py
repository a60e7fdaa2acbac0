"""Webhooks over the API."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.models import Role
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view
from apps.webhooks import hooks
from apps.webhooks.models import Webhook, WebhookDelivery


class WebhookSerializer(strict.ModelSerializer):
    """events: which are sent, as "guest.opened" or "album.created"; empty for all."""

    url = serializers.URLField(max_length=500)
    events = serializers.ListField(
        child=serializers.RegexField(r"^[a-z_]+\.[a-z_]+$", max_length=60), max_length=100, required=False
    )
    is_active = serializers.BooleanField(required=False)

    class Meta:
        model = Webhook
        fields = ("id", "url", "events", "is_active", "failing_since", "created_at")
        read_only_fields = ("id", "failing_since", "created_at")


class NewWebhookRequest(strict.Serializer[Any]):
    """events: which are sent; empty or left out for all."""

    url = serializers.URLField(max_length=500)
    events = serializers.ListField(
        child=serializers.RegexField(r"^[a-z_]+\.[a-z_]+$", max_length=60), max_length=100, required=False
    )


class NewWebhookSerializer(WebhookSerializer):
    """secret: what signs, in this answer only."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class WebhookDeliverySerializer(strict.ModelSerializer):
    """status, answer, error, took_ms: of the last try.  due_at: of the next one, while it is waiting."""

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "event", "state", "attempts", "status", "answer", "error", "took_ms", "due_at", "tried_at",
            "created_at",
        )  # fmt: skip


@extend_schema(tags=["webhooks"])
@extend_schema_view(list=extend_schema(responses=WebhookSerializer(many=True)))
class WebhookViewSet(StudioViewSet[Webhook]):
    """Addresses that are told of events; for owners."""

    model = Webhook
    serializer_class = WebhookSerializer
    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"list": "admin", "retrieve": "admin", "deliveries": "admin"}
    lookup_url_kwarg = "webhook_id"

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One of them."""
        return Response(WebhookSerializer(self.get_object()).data)

    @extend_schema(request=NewWebhookRequest, responses={201: NewWebhookSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """A new webhook. Its secret is shown once."""
        asked = NewWebhookRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        hook, secret = hooks.make_hook(self.entered, **asked.validated_data)
        return Response({**WebhookSerializer(hook).data, "secret": secret}, status=201)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another address, other events, on or off."""
        hook = self.get_object()
        asked = WebhookSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        hooks.change_hook(self.entered, hook, **asked.validated_data)
        return Response(WebhookSerializer(hook).data)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted")})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Delete it with its log."""
        hooks.end_hook(self.entered, self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses=NewWebhookSerializer)
    def rotate(self, request: Request, **kwargs: Any) -> Response:
        """A new secret, shown once. For 24 hours both sign."""
        hook = self.get_object()
        secret = hooks.rotate_secret(self.entered, hook)
        return Response({**WebhookSerializer(hook).data, "secret": secret})

    @extend_schema(responses=WebhookDeliverySerializer(many=True))
    def deliveries(self, request: Request, **kwargs: Any) -> Response:
        """What was sent to it in 30 days, the newest first."""
        hook = self.get_object()
        self.ordering = ("-created_at", "-id")  # type: ignore[misc]
        rows = self.paginate_queryset(hook.deliveries.all()) or []
        return self.get_paginated_response(WebhookDeliverySerializer(rows, many=True).data)

    @extend_schema(request=None, responses={202: WebhookDeliverySerializer})
    def replay(self, request: Request, **kwargs: Any) -> Response:
        """Send an event again, with the same id."""
        delivery = get_object_or_404(self.get_object().deliveries, pk=kwargs["delivery_id"])
        delivery.replay()
        return Response(WebhookDeliverySerializer(delivery).data, status=202)


_ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
_LIST: dict[str, Any] = {"get": "list", "post": "create"}
urlpatterns = [
    path("webhooks", WebhookViewSet.as_view(_LIST), name="api-webhooks"),
    path("webhooks/<uuid:webhook_id>", WebhookViewSet.as_view(_ONE), name="api-webhook"),
    path("webhooks/<uuid:webhook_id>/secret", WebhookViewSet.as_view({"post": "rotate"}), name="api-webhook-secret"),
    path(
        "webhooks/<uuid:webhook_id>/deliveries",
        WebhookViewSet.as_view({"get": "deliveries"}),
        name="api-webhook-deliveries",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay",
        WebhookViewSet.as_view({"post": "replay"}),
        name="api-webhook-replay",
    ),
]
