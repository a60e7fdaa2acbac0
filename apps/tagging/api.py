"""Descriptions over the API: who is asked and what for, prompts, and suggestions."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.models import Role
from apps.albums.models import Photo
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.folding import fold
from apps.tagging import configure, consent, describe, listing, prompts, spending, suggestions, trials
from apps.tagging.models import (
    AiProvider,
    AiSettings,
    AiUsage,
    PromptTrial,
    ProviderKind,
    Purpose,
    Suggestion,
)
from apps.web import strict
from apps.web.api import Keyset
from apps.web.openapi import extend_schema

TAG: Final = "tagging"


class AiProviderSerializer(strict.Serializer[Any]):
    """A server that is asked. key: to write only; left out or null keeps the one there is, "" removes it.

    price_in, price_out: hundredths of your currency for a million tokens.
    """

    kind = serializers.ChoiceField(choices=ProviderKind.choices)
    url = serializers.CharField(max_length=300)
    model = serializers.CharField(max_length=100)
    price_in = serializers.IntegerField(min_value=0, max_value=10_000_000, default=0)
    price_out = serializers.IntegerField(min_value=0, max_value=10_000_000, default=0)
    key = serializers.CharField(
        max_length=500, required=False, allow_null=True, allow_blank=True, write_only=True, trim_whitespace=True
    )
    has_key = serializers.BooleanField(read_only=True)
    rests_until = serializers.DateTimeField(read_only=True, allow_null=True)


class AiUsageSerializer(strict.Serializer[Any]):
    """Of this month. cost: hundredths of your currency, rounded up."""

    requests = serializers.IntegerField()
    tokens_in = serializers.IntegerField()
    tokens_out = serializers.IntegerField()
    cost = serializers.IntegerField()


class AiConfigRequest(strict.Serializer[Any]):
    """What is left out stays. i_may_send_photos: has to be true to switch on; it agrees to `consent_text`.

    providers: the second is asked where the first fails.  accept_from: percent from which suggestions are accepted by
    themselves, null for none.
    """

    enabled = serializers.BooleanField(required=False)
    i_may_send_photos = serializers.BooleanField(required=False, default=False, write_only=True)
    providers = AiProviderSerializer(many=True, required=False)
    purposes = serializers.ListField(
        child=serializers.ChoiceField(choices=Purpose.choices), required=False, max_length=4
    )
    language = serializers.ChoiceField(choices=list(prompts.LANGUAGES), required=False)
    describes_new = serializers.BooleanField(required=False)
    accept_from = serializers.IntegerField(min_value=1, max_value=100, required=False, allow_null=True)
    monthly_cap = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False)

    def validate_providers(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(value) > configure.MOST_PROVIDERS:
            raise ValidationError([f"At most {configure.MOST_PROVIDERS} servers."])
        return value


class AiConfigSerializer(AiConfigRequest):
    """enabled: photos may be sent to at least one of the providers.  hosts: those that the operator allows."""

    consent_text = serializers.ListField(child=serializers.CharField())
    consent_by = serializers.CharField(allow_null=True)
    consent_at = serializers.DateTimeField(allow_null=True)
    consent_to = serializers.ListField(child=serializers.CharField())
    usage = AiUsageSerializer()


class AiConfig(StudioView):
    """Who is asked, for what, and what it may cost; for owners."""

    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"get": "admin"}

    @extend_schema(tags=[TAG], responses=AiConfigSerializer)
    def get(self, request: Request) -> Response:
        """The configuration, who agreed to what, and what this month cost. Keys are never told."""
        return self._told()

    @extend_schema(tags=[TAG], request=AiConfigRequest, responses=AiConfigSerializer)
    def put(self, request: Request) -> Response:
        """Change what is given. Switching on needs `i_may_send_photos`; another address switches off until then."""
        asked = AiConfigRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(asked.validated_data)
        enabled, agreed = values.pop("enabled", None), values.pop("i_may_send_photos", False)
        by = self.entered.user
        if "purposes" in values:
            values["purposes"] = list(dict.fromkeys(values["purposes"]))
        if values:
            configure.change(self.studio, by=by, **values)
        if enabled:
            consent.switch_on(self.studio, by=by, agreed=agreed)
        elif enabled is False:
            consent.switch_off(self.studio, by=by)
        return self._told()

    def _told(self) -> Response:
        settings, providers = consent.settings_of(self.studio), consent.providers_of(self.studio)
        return Response(AiConfigSerializer(config_body(settings, providers, spending.usage_of(self.studio))).data)


def config_body(settings: AiSettings, providers: list[AiProvider], usage: AiUsage) -> dict[str, Any]:
    """The shape of a configuration."""
    return {
        **{name: getattr(settings, name) for name in configure.SETTINGS},
        "enabled": any(consent.may_send(settings, provider) for provider in providers),
        "providers": [
            {
                **{name: getattr(one, name) for name in configure.PROVIDER},
                "has_key": bool(one.sealed_key), "rests_until": one.rests_until,
            }
            for one in providers
        ],
        "consent_text": consent.text_for(providers),
        "consent_by": str(settings.consent_by) if settings.consent_by else None,
        "consent_at": settings.consent_at,
        "consent_to": settings.consent_to,
        "usage": {
            "requests": usage.requests, "tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out,
            "cost": usage.in_hundredths,
        },
    }  # fmt: skip


class PromptSerializer(strict.Serializer[Any]):
    """text: "" for the one that comes with Glassine."""

    purpose = serializers.ChoiceField(choices=Purpose.choices)
    text = serializers.CharField(max_length=prompts.LONGEST, allow_blank=True)
    is_own = serializers.BooleanField(read_only=True)


class PromptsRequest(strict.Serializer[Any]):
    prompts = PromptSerializer(many=True)


class Prompts(StudioView):
    """What is asked for each purpose; for owners."""

    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"get": "admin"}

    @extend_schema(tags=[TAG], responses=PromptsRequest)
    def get(self, request: Request) -> Response:
        """The prompt of each purpose."""
        return self._told()

    @extend_schema(tags=[TAG], request=PromptsRequest, responses=PromptsRequest)
    def put(self, request: Request) -> Response:
        """Write prompts; an empty one is reset. Purposes that are left out stay."""
        asked = PromptsRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        for one in asked.validated_data["prompts"][: len(Purpose.values)]:
            prompts.write(self.studio, one["purpose"], one["text"], by=self.entered.user)
        return self._told()

    def _told(self) -> Response:
        texts = prompts.texts_of(self.studio)
        rows = [
            {"purpose": purpose, "text": text, "is_own": text != prompts.DEFAULTS[purpose]}
            for purpose, text in texts.items()
        ]
        return Response(PromptsRequest({"prompts": rows}).data)


class TrialRequest(strict.Serializer[Any]):
    """prompt: the studio's own if it is left out."""

    photo = serializers.UUIDField()
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    prompt = serializers.CharField(max_length=prompts.LONGEST, required=False)


class ProposalSerializer(strict.Serializer[Any]):
    text = serializers.CharField()
    confidence = serializers.IntegerField()


class TrialSerializer(strict.Serializer[Any]):
    """state: waiting, done or failed.  problem: why there is nothing, a sentence.  model: who answered."""

    photo = serializers.UUIDField(source="photo_id")
    purpose = serializers.CharField()
    state = serializers.CharField()
    proposals = ProposalSerializer(many=True)
    model = serializers.CharField()
    problem = serializers.CharField()


class Trial(StudioView):
    """A prompt, and the connection, tried on one photo; for owners."""

    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"get": "admin"}

    @extend_schema(tags=[TAG], responses=TrialSerializer)
    def get(self, request: Request) -> Response:
        """The last one that was tried. 404 if there is none."""
        return Response(TrialSerializer(get_object_or_404(PromptTrial.objects.for_studio(self.studio))).data)

    @extend_schema(tags=[TAG], request=TrialRequest, responses={202: TrialSerializer})
    def post(self, request: Request) -> Response:
        """Ask for one photo, in the background; nothing is kept but the answer here."""
        asked = TrialRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        photo = photo_or_404(self, asked.validated_data["photo"])
        purpose = asked.validated_data["purpose"]
        prompt = asked.validated_data.get("prompt") or prompts.texts_of(self.studio)[purpose]
        return Response(TrialSerializer(trials.begin(self.studio, photo, purpose, prompt)).data, status=202)


def photo_or_404(view: StudioView, photo_id: UUID) -> Photo:
    """A photo that the caller sees and that is not in the trash."""
    rows = Photo.objects.visible_to(view.entered).filter(trashed_at__isnull=True)
    photo: Photo = get_object_or_404(rows, pk=photo_id)
    return photo


class ProcessPhoto(StudioView):
    """Having one photo described."""

    scope = "albums"
    album_scoped = ("post",)

    @extend_schema(tags=[TAG], request=None, responses={202: AcceptedSerializer})
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Describe a photo, again if it was. 409 while descriptions are off."""
        photo = photo_or_404(self, photo_id)
        return accepted(describe.begin(self.studio, [photo.pk], by=self.entered.user))


class TagSuggestionSerializer(strict.Serializer[Any]):
    """confidence: percent.  model: who said it."""

    id = serializers.UUIDField()
    photo = serializers.UUIDField(source="photo_id")
    purpose = serializers.CharField()
    text = serializers.CharField()
    confidence = serializers.IntegerField()
    model = serializers.CharField()
    created_at = serializers.DateTimeField()


class SuggestionAnswer(strict.Serializer[Any]):
    """Which: `suggestions` by id, or the keyword `tag` of a `photo`."""

    answer = serializers.ChoiceField(choices=["accept", "reject"])
    suggestions = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=suggestions.MOST, required=False
    )
    photo = serializers.UUIDField(required=False)
    tag = serializers.CharField(max_length=80, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "suggestions" not in attrs and not ("photo" in attrs and "tag" in attrs):
            raise ValidationError({"suggestions": ["Name suggestions, or a photo and a tag."]})
        return attrs


class Suggestions(StudioView):
    """What providers proposed and nobody has answered."""

    scope = "albums"
    album_scoped = ("get", "post")
    ordering = Suggestion.ORDER
    pagination_class = Keyset

    @extend_schema(
        tags=[TAG],
        operation_id="tags_suggestions_list",
        parameters=[
            OpenApiParameter("photo", OpenApiTypes.UUID),
            OpenApiParameter("purpose", OpenApiTypes.STR, enum=Purpose.values),
        ],
        responses=TagSuggestionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """A page of them, the surest first."""
        photo = serializers.UUIDField(required=False).run_validation(request.query_params["photo"]) if (
            request.query_params.get("photo")
        ) else None  # fmt: skip
        rows = listing.open_ones(self.entered, purpose=request.query_params.get("purpose", ""), photo_id=photo)
        pages = self.pagination_class()
        found = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response(TagSuggestionSerializer(found, many=True).data)

    @extend_schema(tags=[TAG], request=SuggestionAnswer, responses=UndoSerializer)
    def post(self, request: Request) -> Response:
        """Accept or reject them. Those that are not there or answered already are passed over."""
        asked = SuggestionAnswer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        rows = listing.open_ones(self.entered)
        if "suggestions" in values:
            rows = rows.filter(pk__in=values["suggestions"])
        else:
            rows = rows.filter(photo_id=values["photo"], purpose=Purpose.TAGS, folded=fold(values["tag"]))
        entry = suggestions.decide(
            self.studio,
            list(rows.values_list("pk", flat=True)),
            accept=values["answer"] == "accept",
            by=self.entered.user,
            albums=self.entered.album_ids or (),
        )
        return Response(undo_body(entry))


urlpatterns = [
    path("ai/config", AiConfig.as_view(), name="api-ai-config"),
    path("ai/prompts", Prompts.as_view(), name="api-ai-prompts"),
    path("ai/test", Trial.as_view(), name="api-ai-test"),
    path("photos/<uuid:photo_id>/process-ai", ProcessPhoto.as_view(), name="api-photo-process-ai"),
    path("tags/suggestions", Suggestions.as_view(), name="api-tags-suggestions"),
]
