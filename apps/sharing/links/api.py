"""Share links over the API. The same deeds as the pages; token and address only for editors and owners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, Final

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.credentials import Credential
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album
from apps.sharing.links import file_names, lifecycle
from apps.sharing.links.terms import FIRST_DAY, LAST_DAY
from apps.sharing.models import Download, Metadata, ShareLink, ShowsPeople, TakesUploads
from apps.smart_collections.models import Collection, SmartCollection
from apps.smart_collections.shareable import Shareable
from apps.web import strict
from apps.web.days import last_day
from apps.web.openapi import extend_schema
from apps.web.refusal import Unsuitable

# What a right is called here, and in `lifecycle.LinkWish`.
RIGHTS = {
    "download": "download",
    "download_limit": "download_limit",
    "metadata": "metadata",
    "file_names": "file_names",
    "pin": "has_pin",
    "watermarked": "is_watermarked",
    "favourite": "may_favourite",
    "comment": "may_comment",
    "rate": "may_rate",
    "hide": "is_main",
    "people": "people",
    "consent_only": "only_agreed",
    "search": "may_search",
    "places": "may_see_places",
    "upload": "upload",
    "uploads_wait": "uploads_wait",
}
OFF, MAIN, ALL = "off", "main", "all"
# What a link itself is called here, and in `lifecycle.LinkWish`.
PLAIN = ("label", "slug", "asks_identity")


class RightsSerializer(strict.Serializer[Any]):
    """What guests may do. What is not named stays as it is, or false for a new link."""

    download = serializers.ChoiceField(choices=Download.choices, required=False)
    download_limit = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=lifecycle.LIMIT_MOST,
        help_text="How many photos may be taken through the link in all; null for any number.",
    )
    metadata = serializers.ChoiceField(
        choices=Metadata.choices, required=False, help_text="What downloaded files keep of their metadata."
    )
    file_names = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=file_names.LONGEST,
        help_text="How downloaded files are called: a pattern of `{name}`, `{number}`, `{gallery}`, `{section}`, "
        "`{date}` and `{studio}`, with at least `{name}` or `{number}`. Empty: as the camera called them.",
    )
    pin = serializers.BooleanField(required=False, help_text="Downloads ask for the link's PIN.")
    watermarked = serializers.BooleanField(required=False, help_text="The photos are shown under a watermark.")
    favourite = serializers.BooleanField(required=False)
    comment = serializers.BooleanField(required=False)
    rate = serializers.BooleanField(required=False)
    hide = serializers.BooleanField(
        required=False, help_text="The client's own link: it shows and may hide what is kept from the other links."
    )
    people = serializers.ChoiceField(
        choices=ShowsPeople.choices, required=False, help_text="Whether faces, or names too, stand above the photos."
    )
    consent_only = serializers.BooleanField(
        required=False,
        help_text="Only photos in which everyone agreed to be shown; on a link with a password also those who agreed "
        "to be shown inside.",
    )
    find_me = serializers.ChoiceField(
        choices=[OFF, MAIN, ALL],
        required=False,
        help_text="Who may hold up a picture and see the photos that may show them: no one, the client by their own "
        "link (`main`, which needs `hide`), or everyone who has the link. On the client's own link `all` is `main`.",
    )
    search = serializers.BooleanField(
        required=False,
        help_text="Guests may search the photos by caption, file name, section and day, and by people's names where "
        "the link tells them.",
    )
    places = serializers.BooleanField(
        required=False,
        help_text="Guests see in which town and country a photo was taken, and may search for both. Never the "
        "position, and never the studio's own names of places.",
    )
    upload = serializers.ChoiceField(
        choices=TakesUploads.choices,
        required=False,
        help_text="Whether guests add photos; by a link with `drop` they do nothing else, and see none.",
    )
    uploads_wait = serializers.BooleanField(
        required=False, help_text="What guests add is hidden until the studio approves it."
    )


class LinkSerializer(strict.Serializer[ShareLink]):
    """A share link. `url`, `token` and `pin` are null for viewers and for keys that may not share."""

    id = serializers.UUIDField(read_only=True)
    label = serializers.CharField(max_length=80, required=False)  # type: ignore[assignment]
    password = serializers.CharField(
        write_only=True,
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=lifecycle.PASSWORD_LONGEST,
        help_text="Null or an empty text means no password.",
    )
    url = serializers.SerializerMethodField()
    token = serializers.SerializerMethodField()
    is_password_protected = serializers.BooleanField(read_only=True)
    slug = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=lifecycle.SLUG_LONGEST,
        help_text="A readable address, `/g/<studio>.<slug>/`. It can be guessed, so the link needs a password.",
    )
    asks_identity = serializers.BooleanField(
        required=False, help_text="Guests give name and email address before they enter."
    )
    pin = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="A link lives until the end of a day in the studio's zone: the day that holds this moment.",
    )
    is_revoked = serializers.BooleanField(required=False)
    rights = RightsSerializer(required=False)
    views = serializers.IntegerField(read_only=True)
    last_opened_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, link: ShareLink) -> str | None:
        return (link.url or None) if self.context["may_share"] else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_token(self, link: ShareLink) -> str | None:
        return (link.token or None) if self.context["may_share"] else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_pin(self, link: ShareLink) -> str | None:
        return (link.pin or None) if self.context["may_share"] else None

    def validate_slug(self, slug: str) -> str:
        return slug.strip().lower()

    def validate_expires_at(self, moment: datetime | None) -> datetime | None:
        if moment and not FIRST_DAY.year < moment.year < LAST_DAY.year:
            raise serializers.ValidationError("This is no day on which a link could end.")
        return moment

    def to_representation(self, link: ShareLink) -> dict[str, Any]:
        rights = {name: getattr(link, field) for name, field in RIGHTS.items()}
        rights["find_me"] = (MAIN if link.is_main else ALL) if link.may_find else OFF
        return {**super().to_representation(link), "rights": rights}


@extend_schema(tags=["share links"])
class ShareLinkViewSet(StudioViewSet[ShareLink]):
    """The links of one album."""

    model = ShareLink
    serializer_class = LinkSerializer
    scope = "share"
    album_scoped: ClassVar[Sequence[str]] = ("list", "create", "partial_update", "destroy")
    lookup_url_kwarg = "share_link_id"

    @property
    def album(self) -> Album:
        """The album of the address, or 404."""
        albums = Album.objects.visible_to(self.entered).filter(trashed_at=None)
        album: Album = get_object_or_404(albums, pk=self.kwargs["album_id"])
        album.studio = self.studio
        return album

    def get_queryset(self) -> StudioQuerySet[ShareLink]:
        rows = super().get_queryset().filter(album=self.album).select_related("studio", "album__brand")
        return rows.defer("studio__logo", "album__brand__logo")

    def get_object(self) -> ShareLink:
        link: ShareLink = super().get_object()
        link.studio = self.studio
        return link

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "may_share": self._may_share()}

    def _may_share(self) -> bool:
        credential: Credential = self.request.auth  # type: ignore[assignment]
        return self.entered.may_edit and "share" in credential.scopes

    @extend_schema(responses={201: LinkSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a link. Without rights it only lets look."""
        album, asked = self.album, self._asked(request)
        with refusals():
            link, _ = lifecycle.create(
                album,
                by=self.entered.user,
                **{"label": "", **self._terms(asked, is_main=False), "password": asked.get("password")},
            )
            self._set_revoked(link, asked)
        return Response(self.get_serializer(link).data, status=201)

    @extend_schema(responses=LinkSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is named and leave the rest. A new password or `is_revoked` puts every guest out."""
        link, asked = self.get_object(), self._asked(request)
        with refusals():
            lifecycle.change(link, by=self.entered.user, **self._terms(asked, is_main=link.is_main))
        self._set_revoked(link, asked)
        return Response(self.get_serializer(link).data)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Delete a link; its address then leads nowhere."""
        self.get_object().remove(by=self.entered.user)
        return Response(status=204)

    def _asked(self, request: Request) -> dict[str, Any]:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found: dict[str, Any] = asked.validated_data
        return found

    def _terms(self, asked: dict[str, Any], *, is_main: bool) -> dict[str, Any]:
        """What was named, as terms of `lifecycle.LinkWish`. is_main: the link is the client's own so far."""
        terms = {name: asked[name] for name in PLAIN if name in asked}
        rights = asked.get("rights", {})
        terms |= {RIGHTS[name]: value for name, value in rights.items() if name in RIGHTS}
        if "find_me" in rights:
            if rights["find_me"] == MAIN and not rights.get("hide", is_main):
                raise serializers.ValidationError({"rights": {"find_me": ["This is not the client's own link."]}})
            terms["may_find"] = rights["find_me"] != OFF
        if "expires_at" in asked:
            # What we give out as the end of a day must mean the same day when it comes back.
            moment = asked["expires_at"]
            terms["expires_on"] = last_day(moment, self.studio.zone) if moment else None
        if "password" in asked:
            terms["password"] = asked["password"] or ""
        return terms

    def _set_revoked(self, link: ShareLink, asked: dict[str, Any]) -> None:
        if "is_revoked" in asked:
            act = link.revoke if asked["is_revoked"] else link.restore
            act(by=self.entered.user)


class CollectionLinkViewSet(ShareLinkViewSet):
    """The links of one collection. Closed to members who work in some galleries only.

    collections: the model, and the name of its id in the address.
    """

    album_scoped = ()
    collections: ClassVar[tuple[type[Shareable], str]] = (Collection, "by_hand_id")

    @property
    def album(self) -> Album:
        """The collection's gallery, made when the first link is, or 404."""
        model, name = self.collections
        row: Shareable = get_object_or_404(model.objects.for_studio(self.studio), pk=self.kwargs[name])
        row.studio = self.studio
        return row.gallery() if self.action == "create" else Album(pk=row.pk, studio=self.studio, kind=model.KIND)


class SmartCollectionLinkViewSet(CollectionLinkViewSet):
    """The links of one smart collection; each shows what the collection finds at the moment."""

    collections = (SmartCollection, "collection_id")


@contextmanager
def refusals() -> Iterator[None]:
    """What the deeds refuse, as 400 with the field's name."""
    try:
        yield
    except Unsuitable as unsuitable:
        field = "expires_at" if unsuitable.field == "expires_on" else unsuitable.field
        raise serializers.ValidationError({field: [str(unsuitable)]}) from unsuitable


_SHARED: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    ("", {"get": "list", "post": "create"}, "share-links"),
    ("/<uuid:share_link_id>", {"patch": "partial_update", "delete": "destroy"}, "share-link"),
)
urlpatterns = [
    path(
        "albums/<uuid:album_id>/share",
        ShareLinkViewSet.as_view({"get": "list", "post": "create"}),
        name="api-share-links",
    ),
    path(
        "albums/<uuid:album_id>/share/<uuid:share_link_id>",
        ShareLinkViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-share-link",
    ),
    *(
        path(f"{address}{end}", view.as_view(methods), name=f"api-{name}-{kind}")
        for address, view, name in (
            ("collections/<uuid:by_hand_id>/share", CollectionLinkViewSet, "collection"),
            ("smart-collections/<uuid:collection_id>/share", SmartCollectionLinkViewSet, "smart-collection"),
        )
        for end, methods, kind in _SHARED
    ),
]
