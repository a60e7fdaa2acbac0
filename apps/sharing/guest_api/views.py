"""A client's gallery for apps: what the guests' pages show and take, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.tenancy import acting_in
from apps.albums.api import FILE_RESPONSES, StreamPages, sent
from apps.albums.request_params import uuid_or_none
from apps.albums.stream import Stream
from apps.media import serving
from apps.sharing import access
from apps.sharing.access import Grant, known, lockout, passes
from apps.sharing.activity import record
from apps.sharing.branding import watermarks
from apps.sharing.downloads import pin_code, single
from apps.sharing.favourites import hearts, lists
from apps.sharing.gallery import search
from apps.sharing.gallery.gallery_context import search_of
from apps.sharing.guest_api import held, shapes
from apps.sharing.guest_api.door import GalleryLocked, GuestView, refusals
from apps.sharing.guests import email_codes, joining, visitors, visits
from apps.sharing.guests.identify import WhoForm
from apps.sharing.models import Visitor
from apps.sharing.people import strip
from apps.sharing.people.context import wish_of
from apps.web.api import NOTHING_HERE, AnyAccept, error_body
from apps.web.client_ip import client_ip
from apps.web.openapi import extend_schema, extend_schema_view
from apps.web.refusal import Refusal

NO_STORE: Final = {"Cache-Control": "no-store"}


class GuestPasswordWrong(Refusal):
    """Not the link's password, or not its PIN."""

    status = 422
    code = "wrong_password"
    sentence = "Incorrect password."


class GuestPinWrong(GuestPasswordWrong):
    """Not the link's download PIN."""

    code = "wrong_pin"
    sentence = "Incorrect PIN."


class HeartRefused(Refusal):
    """The list takes no such heart now: it was sent, is full, or the studio works on the photo."""

    status = 409

    def __init__(self, refused: lists.ListRefused) -> None:
        self.code = refused.code  # type: ignore[misc]
        super().__init__(str(refused))


class GuestGallery(GuestView):
    """The gallery itself."""

    @extend_schema(tags=["galleries"], responses=shapes.GallerySerializer)
    def get(self, request: Request, token: str) -> Response:
        """What the link shows. The first time without a pass counts as an opening."""
        visitor = self.visitor
        if not self.grant.is_known and request.method == "GET":
            visits.opened(request._request, self.grant, visitor, by_app=True)
        return Response(shapes.GallerySerializer(shapes.gallery_shape(self.grant, visitor)).data)


class GuestUnlock(GuestView):
    """The way in: the link's password for a pass."""

    def enter(self) -> None:
        """What does not open by a password either is refused before the body is read."""
        try:
            with refusals():
                access.open_link(self.token, self.held, now=self.now, by_anyone=True)
        except GalleryLocked:
            return

    def _inside(self, handler: Any) -> Any:
        # Comparing a password is slow, so there is no transaction around it.
        return handler

    @extend_schema(tags=["galleries"], auth=[], request=shapes.UnlockRequest, responses=shapes.PassSerializer)
    def post(self, request: Request, token: str) -> Response:
        """A pass for 30 days. A link without a password gives one for an empty body; `pin` unlocks downloads too."""
        asked = shapes.UnlockRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        grant = self._unlocked(asked.validated_data["password"])
        cookies = dict([passes.COOKIE.written(*_pass(grant), now=self.now)])
        if asked.validated_data["pin"]:
            cookies |= self._pin(grant, asked.validated_data["pin"])
        with acting_in(grant.studio):
            visits.unlocked(request._request, grant, None, by_app=True)
            if not grant.asks_identity:
                visits.opened(request._request, grant, None, by_app=True)
        return Response(_pass_shape(cookies), headers=NO_STORE)

    def _unlocked(self, password: str) -> Grant:
        try:
            with refusals():
                grant = access.unlock(self.token, password, client_ip=client_ip(self.request._request), now=self.now)
        except lockout.Wrong as wrong:
            self._note_failure()
            left = wrong.tries_left
            raise GuestPasswordWrong(f"Incorrect password. {left} tries are left this hour." if left else "") from None
        if grant.rights.is_drop:
            # It shows no photos, so to this door it is not there.
            raise Http404
        return grant

    def _note_failure(self) -> None:
        try:
            access.open_link(self.token, {}, now=self.now)
        except access.Locked as locked:
            with acting_in(locked.studio):
                record.record_failure(locked.link, user_agent=self.agent)

    def _pin(self, grant: Grant, pin: str) -> dict[str, str]:
        with acting_in(grant.studio):
            link = pin_code.link_of(grant)
            if not grant.rights.needs_pin:
                return {}
        try:
            pin_code.check(link, pin)
        except lockout.Wrong:
            raise GuestPinWrong from None
        name, text = pin_code.COOKIE.written(pin_code.PinPass.of(link), link.pk, now=self.now)
        return {name: text}


SECTION = OpenApiParameter("section", OpenApiTypes.UUID, description="Only this section of the gallery.")
PERSON = OpenApiParameter(
    "person", OpenApiTypes.STR, description="Only photos with this person; of several ids with commas, with all."
)
QUERY = OpenApiParameter("q", OpenApiTypes.STR, description="Words, names of files and days, where the link searches.")


@extend_schema_view(
    get=extend_schema(
        tags=["galleries"],
        operation_id="galleries_photos_list",
        parameters=[SECTION, PERSON, QUERY],
        responses=shapes.GalleryPhotoSerializer(many=True),
    )
)
class GuestPhotos(GuestView):
    """The photos that the link shows, in the gallery's order."""

    pagination_class = StreamPages

    def get(self, request: Request, token: str) -> Response:
        """A page of photos."""
        pages, whole = StreamPages(), self.grant.stream(self.grant.shown.sections())
        rows = pages.rows(self._asked(whole, request.query_params), request)
        found: frozenset[UUID] = frozenset()
        if self.grant.rights.favourite and (visitor := self.visitor) is not None:
            among = [row.photo_id for row in rows]
            found = lists.read(self.grant, visitor, among=among, stream=whole).hearts
        shown = shapes.photo_shapes(request, self.grant, token, rows, found)
        return pages.get_paginated_response(shapes.GalleryPhotoSerializer(shown, many=True).data)

    def _asked(self, whole: Stream, query: Mapping[str, str]) -> Stream:
        """What of the gallery is asked for. Raises Http404 for a section or person that this link does not show."""
        sections, stream = list(whole.sections or ()), whole
        if wanted := query.get("section"):
            shown = (one for one in sections if str(one.pk) == str(uuid_or_none(wanted)))
            section = next((one for one in shown if whole.photo_counts.of(one)), None)
            if section is None:
                raise Http404
            stream = replace(stream, within=section)
        only = None
        if text := query.get("q"):
            searched = search_of(self.grant, {"q": text})
            if searched is None:
                raise PermissionDenied("Guests of this link do not search.")
            if not searched.asks:
                raise ValidationError({"q": searched.sentences or ["Type a word, a file name or a day."]})
            only = search.photos(self.grant, searched, sections)
        if people := query.get("person"):
            wish = wish_of(self.grant, {"people": people})
            if not wish.people:
                raise Http404
            theirs = strip.photos_of(self.grant, wish)
            only = theirs if only is None else only.filter(photo_id__in=theirs)
        return stream if only is None else replace(stream, only=only)


class GuestBytes(GuestView):
    """The bytes of a photo."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        tags=["galleries"],
        operation_id="galleries_photo_bytes",
        parameters=[OpenApiParameter("size", OpenApiTypes.STR, OpenApiParameter.PATH, enum=shapes.SIZES)],
        responses=FILE_RESPONSES,
    )
    def get(self, request: Request, token: str, photo_id: UUID, size: str) -> HttpResponseBase:
        """A picture to look at, or the original where the link hands it out; that is a download, and counts as one."""
        if size not in shapes.SIZES:
            raise Http404
        return self._original(request, photo_id) if size == "original" else self._shown(request, photo_id, size)

    def _shown(self, request: Request, photo_id: UUID, size: str) -> HttpResponseBase:
        grant = self.grant
        grant.require(photo_id)
        mark = watermarks.digest_for(grant.studio, grant.shown.album, is_watermarked=grant.rights.is_watermarked)
        location = watermarks.shown(grant.studio.pk, photo_id, size, mark)
        if location is None:
            # Not raised: the transaction has put what is missing on the workers' list.
            return Response(error_body("not_found", NOTHING_HERE), status=404)
        condition = request.headers.get("If-None-Match", "")
        return sent(request, serving.picture_answer(location, if_none_match=condition))

    def _original(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        location, name = single.find(self.grant, photo_id, "original")
        pin_code.require(self.grant, self.held, now=self.now)
        answer = serving.download_answer(location, filename=name)
        single.count(request._request, self.grant, photo_id, answer, size="original", visitor=self.visitor)
        return sent(request, answer)


class GuestHearts(GuestView):
    """A photo among the favourites of who looks."""

    @extend_schema(tags=["galleries"], request=None, responses=shapes.HeartSerializer)
    def put(self, request: Request, token: str, photo_id: UUID) -> Response:
        """Make it a favourite, in the first list that was not sent. Twice is once."""
        return self._heart(photo_id, on=True)

    @extend_schema(tags=["galleries"], responses={200: shapes.HeartSerializer})
    def delete(self, request: Request, token: str, photo_id: UUID) -> Response:
        """Take it out of the favourites."""
        return self._heart(photo_id, on=False)

    def _heart(self, photo_id: UUID, *, on: bool) -> Response:
        if not self.grant.rights.favourite:
            raise PermissionDenied("This link has no favourites.")
        try:
            tally = hearts.heart(self.grant, self.known(), photo_id, on=on, user_agent=self.agent)
        except lists.ListRefused as refused:
            raise HeartRefused(refused) from refused
        told = {"on": tally.on, "count": tally.count, "maximum": tally.maximum, "list": tally.selection.pk}
        return Response(shapes.HeartSerializer(told).data)


class GuestIdentity(GuestView):
    """Who looks."""

    by_anyone = True

    @extend_schema(tags=["galleries"], request=shapes.IdentityRequest, responses=shapes.IdentitySerializer)
    def post(self, request: Request, token: str) -> Response:
        """Say who looks; the answer's pass says so from now on.

        An address that was given here before is emailed a code, and `code` proves it. Whether it was, no answer tells.
        """
        asked = shapes.IdentityRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        visitor = (
            self._proved(asked.validated_data)
            if asked.validated_data["code"]
            else self._named(request, asked.validated_data)
        )
        if self.grant.asks_identity and self.visitor is None:
            # Only now the link is open to this app.
            visits.opened(request._request, self.grant, visitor, by_app=True)
        person = known.VisitorPass(visitor.pk, visitor.version)
        given = [
            known.COOKIE.written(person, visitor.shown_id, now=self.now),
            passes.COOKIE.written(*_pass(self.grant), now=self.now),
        ]
        told = {"visitor": shapes.visitor_shape(visitor), **_pass_shape(self.held | dict(given))}
        return Response(shapes.IdentitySerializer(told).data, headers=NO_STORE)

    def _named(self, request: Request, said: Mapping[str, str]) -> Visitor:
        form = WhoForm({"name": said.get("name"), "email": said.get("email")})
        if not form.is_valid():
            raise ValidationError({name: list(map(str, said)) for name, said in form.errors.items()})
        ip = client_ip(request._request)
        me = visitors.rater_of(self.grant, self.held, now=self.now)
        visitor = visitors.introduce(self.grant, **form.cleaned_data, me=me, client_ip=ip)
        if visitor.claimed_email:
            email_codes.offer(self.grant, visitor.claimed_email, client_ip=ip, now=self.now)
        return visitor

    def _proved(self, said: Mapping[str, str]) -> Visitor:
        me = visitors.rater_of(self.grant, self.held, now=self.now)
        ip = client_ip(self.request._request)
        code = "".join(said["code"].split())
        try:
            return joining.prove(self.grant, me, email=said["email"], code=code, client_ip=ip, now=self.now)
        except email_codes.WrongCode:
            raise ValidationError({"code": ["This code is incorrect or has expired."]}) from None


def _pass(grant: Grant) -> tuple[passes.Pass, UUID]:
    return passes.new(grant.link_id, grant.shown.pk, grant.version), grant.link_id


def _pass_shape(cookies: Mapping[str, str]) -> dict[str, Any]:
    return {"pass": held.write(cookies), "expires_in": int(passes.COOKIE.lifetime.total_seconds())}


GALLERY: Final = "galleries/<str:token>"
urlpatterns = [
    path(GALLERY, GuestGallery.as_view(), name="api-gallery"),
    path(f"{GALLERY}/unlock", GuestUnlock.as_view(), name="api-gallery-unlock"),
    path(f"{GALLERY}/photos", GuestPhotos.as_view(), name="api-gallery-photos"),
    path(f"{GALLERY}/photos/<uuid:photo_id>/<slug:size>", GuestBytes.as_view(), name="api-gallery-photo"),
    path(f"{GALLERY}/favourites/<uuid:photo_id>", GuestHearts.as_view(), name="api-gallery-favourite"),
    path(f"{GALLERY}/identity", GuestIdentity.as_view(), name="api-gallery-identity"),
]
