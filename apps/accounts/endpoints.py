"""The API's endpoints about people: tokens, me, keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as FormError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import keys, plans, second_factor, sessions, sign_up
from apps.accounts.access import FactorMissing, member_of
from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.credentials import ACCESS_LIFETIME
from apps.accounts.journal import note
from apps.accounts.models import ApiKey, Membership, Role, Studio, User
from apps.accounts.signing_in import LONGEST_PASSWORD, identify
from apps.accounts.tenancy import across_studios, acting_in
from apps.web import strict
from apps.web.client_ip import client_ip
from apps.web.openapi import extend_schema
from apps.web.rate_limit import reserve

API_VERSION = "1.0"


# -- shapes ------------------------------------------------------------------------------------------------


class StudioSerializer(strict.ModelSerializer):
    class Meta:
        model = Studio
        fields = ("id", "slug", "name")


class TokenRequest(strict.Serializer[Any]):
    """studio: slug of the studio; needed by who works in several.  code: of who has a second factor."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False)
    studio = serializers.SlugField(required=False, max_length=60)
    code = serializers.CharField(required=False, max_length=40)


class RegisterRequest(strict.Serializer[Any]):
    """studio: the new studio's name.

    password: checked, so that a weak one is said at once, and not kept. It is chosen by who opens the email: nobody
    can prepare an account for somebody else.
    """

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False)
    name = serializers.CharField(max_length=120)
    studio = serializers.CharField(max_length=120)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        person = User(email=attrs["email"], name=attrs["name"])
        try:
            validate_password(attrs["password"], person)
        except FormError as bad:
            raise ValidationError({"password": bad.messages}) from None
        return attrs


class RegisteredSerializer(strict.Serializer[Any]):
    """sent_to: where an email with the next step is on its way, whether or not there is an account already."""

    sent_to = serializers.EmailField()


class RefreshRequest(strict.Serializer[Any]):
    refresh = serializers.CharField(max_length=200)


class PairSerializer(strict.Serializer[Any]):
    """expires_in: seconds for which `access` works."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField()
    studio = StudioSerializer()
    role = serializers.ChoiceField(choices=Role.choices)


class UserSerializer(strict.ModelSerializer):
    class Meta:
        model = User
        fields = ("id", "email", "name")


class QuotaSerializer(strict.Serializer[Any]):
    """What is left of the plan. warnings: what is used by 80 percent or more.  trial_ends_at: then nothing comes in."""

    bytes_left = serializers.IntegerField()
    files_left = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.ChoiceField(choices=["storage", "photos", "galleries"]))
    trial_ends_at = serializers.DateTimeField(allow_null=True)


class MeSerializer(strict.Serializer[Any]):
    user = UserSerializer()
    studio = StudioSerializer()
    role = serializers.ChoiceField(choices=Role.choices)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiKey.SCOPES))
    plan = serializers.CharField()
    quota = QuotaSerializer()
    api_version = serializers.CharField()


class ApiKeySerializer(strict.ModelSerializer):
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiKey.SCOPES), allow_empty=False, max_length=len(ApiKey.SCOPES)
    )

    class Meta:
        model = ApiKey
        fields = ("id", "name", "prefix", "scopes", "expires_at", "created_at", "last_used_at")


class NewApiKeySerializer(ApiKeySerializer):
    """key: the secret, in this answer only."""

    key = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = (*ApiKeySerializer.Meta.fields, "key")  # type: ignore[assignment]


def _pair(pair: sessions.Pair) -> Response:
    shown = {
        "access": pair.access,
        "refresh": pair.refresh,
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "studio": pair.entered.studio,
        "role": pair.entered.role,
    }
    # Tokens are never kept by a cache on the way.
    return Response(PairSerializer(shown).data, headers={"Cache-Control": "no-store"})


# -- tokens ------------------------------------------------------------------------------------------------


class Open(APIView):
    """An endpoint for who is not signed in yet. A credential in the header is not even read."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    metadata_class = None


class TokenView(Open):
    """Sign in with e-mail and password."""

    @extend_schema(request=TokenRequest, responses=PairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        asked = TokenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        fields = asked.validated_data
        user = identify(fields["email"], fields["password"], client_ip=client_ip(request._request))
        second_factor.require(user, fields.get("code"))
        entered = member_of(user, fields.get("studio") or only_studio(user))
        if entered.lacks_factor:
            raise FactorMissing(FactorMissing.SENTENCE)
        pair = sessions.begin(entered)
        with acting_in(entered.studio):
            note(entered.studio, user, "member.signed_in", user, by="api")
        return _pair(pair)


def only_studio(user: User) -> str:
    """Slug of the person's studio. Raises ValidationError for several, PermissionDenied for none."""
    with across_studios():
        slugs = list(
            Membership.objects.filter(user=user).values_list("studio__slug", flat=True).order_by("studio__slug")
        )
    if not slugs:
        raise PermissionDenied("You are in no studio at the moment. Ask an owner for an invitation.")
    if len(slugs) > 1:
        raise ValidationError({"studio": [f"You work in several studios; name one of {', '.join(slugs)}."]})
    return str(slugs[0])


class RegisterView(Open):
    """Ask for a studio of one's own."""

    @extend_schema(request=RegisterRequest, responses={202: RegisteredSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """An email confirms the address and opens the studio. 403 `sign_up_off` where nobody signs up."""
        if not settings.SIGN_UP_OPEN:
            raise sign_up.SignUpOff
        asked = RegisterRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        reserve(sign_up.SIGN_UPS, client_ip(request._request))
        sign_up.ask_to_sign_up(email=said["email"], name=said["name"], studio_name=said["studio"])
        return Response({"sent_to": said["email"].lower()}, status=202)


class RefreshView(Open):
    """Trade a refresh token for the next pair. It is spent once; a replay ends the session."""

    @extend_schema(request=RefreshRequest, responses=PairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        asked = RefreshRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        return _pair(sessions.spend(asked.validated_data["refresh"]))


class LogoutView(Open):
    """End the session of a refresh token, and the access tokens made in it."""

    @extend_schema(request=RefreshRequest, responses={204: OpenApiResponse(description="Signed out")}, auth=[])
    def post(self, request: Request) -> Response:
        asked = RefreshRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        sessions.end(asked.validated_data["refresh"])
        return Response(status=204)


# -- me and my keys ----------------------------------------------------------------------------------------


class MeView(StudioView):
    """Who calls, where, and what is allowed."""

    album_scoped = contributors = ("get",)

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        studio = self.studio
        shown = {
            "user": self.entered.user,
            "studio": studio,
            "role": self.entered.role,
            "scopes": [scope for scope in ApiKey.SCOPES if scope in self.credential.scopes],
            "plan": studio.plan,
            "quota": {
                "bytes_left": max(0, studio.quota_bytes - studio.bytes_used),
                "files_left": max(0, studio.quota_files - studio.files_used),
                "warnings": [use.name for use in plans.uses_of(studio) if use.level],
                "trial_ends_at": studio.trial_ends_at,
            },
            "api_version": API_VERSION,
        }
        return Response(MeSerializer(shown).data)


class ApiKeyViewSet(StudioViewSet[ApiKey]):
    """API keys of the studio. Only owners see them, make them and end them."""

    model = ApiKey
    serializer_class = ApiKeySerializer
    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"list": "admin"}

    @extend_schema(request=ApiKeySerializer, responses={201: NewApiKeySerializer})
    def create(self, request: Request) -> Response:
        """A new key. It may hold only scopes that the caller holds; its secret is shown once."""
        asked = ApiKeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        fields = asked.validated_data
        key, secret = keys.make_key(
            self.entered,
            name=fields["name"],
            scopes=fields["scopes"],
            held=self.credential.scopes,
            expires_at=fields.get("expires_at"),
        )
        return Response({**ApiKeySerializer(key).data, "key": secret}, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        """End a key."""
        keys.end_key(self.entered, get_object_or_404(self.get_queryset(), pk=pk))
        return Response(status=204)
