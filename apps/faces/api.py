"""People and faces over the API: the same deeds as the pages. 409 `faces_off` while the studio has faces off.

A row is looked up before it is asked whether faces are on, so that another studio's id is as unknown as any.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.models import JournalEntry, Role
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album, Photo
from apps.faces import (
    consent,
    drawing,
    erasing,
    guest_list,
    joining,
    listing,
    looking,
    looking_again,
    people,
    relationships,
    serializers,
)
from apps.faces.models import Crop, Face, FaceSettings, Kinship, Person, Relationship
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.media.serving import safety_headers
from apps.web.api import Keyset
from apps.web.openapi import extend_schema

_PICTURE: Final = {(200, "image/webp"): OpenApiResponse(OpenApiTypes.BINARY)}
_MODELS: Final = ["libfacedetection", "dlib_face_recognition_resnet_model_v1", "shape_predictor_5_face_landmarks"]


class FacesView(StudioView):
    """A view of people or faces."""

    scope = "people"

    def asked(self, kind: type[drf.Serializer[Any]], *, query: bool = False, partial: bool = False) -> dict[str, Any]:
        """What the body, or the address, asks for. Raises ValidationError."""
        given = kind(data=self.request.query_params if query else self.request.data, partial=partial)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        return values

    def person(self, person_id: UUID) -> Person:
        """A person of the studio, or 404; then 409 while faces are off."""
        person = get_object_or_404(Person.objects.for_studio(self.studio), pk=person_id)
        consent.require_on(self.studio)
        person.studio = self.studio
        return person

    def face(self, face_id: UUID) -> Face:
        """A face of the studio, or 404; then 409 while faces are off."""
        face = get_object_or_404(Face.objects.for_studio(self.studio).select_related("person"), pk=face_id)
        consent.require_on(self.studio)
        face.studio = self.studio
        return face

    def crop(self, face_id: UUID | None) -> HttpResponse:
        """The picture of a face, or 404."""
        row = get_object_or_404(Crop.objects.for_studio(self.studio), face_id=face_id)
        headers = {**safety_headers("image/webp"), "Cache-Control": "private, max-age=300"}
        return HttpResponse(bytes(row.webp), headers=headers)


def _shape(
    person: Person, shown: listing.ListedFace | None, related: dict[UUID, list[Relationship]] | None = None
) -> dict[str, Any]:
    """related: of several people, where more than one is told of."""
    rows = (related or relationships.of_all(person.studio_id, [person.pk]))[person.pk]
    return {
        "id": person.pk,
        "name": person.name,
        "birthday": person.birthday,
        "photo_count": shown.photos if shown else 0,
        "face_count": shown.face_count if shown else 0,
        "thumbnail_face": shown.faces[0] if shown else None,
        "is_hidden_from_clients": person.is_hidden,
        "is_ignored": person.is_ignored,
        "passport": person.passport,
        "relationships": [_relationship(person, row) for row in rows],
        "created_at": person.created_at,
    }


def _relationship(person: Person, row: Relationship) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "other": row.other_id if row.person_id == person.pk else row.person_id,
        "is_reverse": row.person_id != person.pk,
    }


class SettingsView(FacesView):
    """Whether faces are found, and who agreed to it."""

    write_role = Role.OWNER

    @extend_schema(tags=["people"], responses=serializers.SettingsSerializer)
    def get(self, request: Request) -> Response:
        """The switch, and the models that are used."""
        return self._told(consent.settings_of(self.studio))

    @extend_schema(tags=["people"], request=serializers.SwitchSerializer, responses=serializers.SettingsSerializer)
    def put(self, request: Request) -> Response:
        """Switch faces on, which needs `i_may_process_faces`, or off, which deletes all that was computed."""
        asked = self.asked(serializers.SwitchSerializer)
        if asked["enabled"]:
            settings = consent.switch_on(
                self.studio,
                by=self.entered.user,
                agreed=asked["i_may_process_faces"],
                in_all_galleries=asked["all_galleries"],
            )
        else:
            settings = consent.switch_off(self.studio, by=self.entered.user, keeps_names=asked["keep_names"])
        return self._told(settings)

    def _told(self, settings: FaceSettings) -> Response:
        body = {
            "enabled": settings.is_on,
            "consent_by": str(settings.consent_by) if settings.consent_by else None,
            "consent_at": settings.consent_at,
            "engine": looking.VERSION,
            "models": _MODELS,
            "erasing": settings.erasing,
        }
        return Response(serializers.SettingsSerializer(body).data)


class PeopleView(FacesView):
    """Everybody in the studio's photos."""

    @extend_schema(
        tags=["people"],
        parameters=[serializers.PeopleQuery],
        operation_id="people_list",
        responses=serializers.PeopleListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Those with a name first, then the unnamed groups, the largest first."""
        consent.require_on(self.studio)
        asked, pages = self.asked(serializers.PeopleQuery, query=True), Keyset()
        wanted = {"named": asked["named"], "ignored": asked["ignored"], "query": asked["q"]}
        shown = pages.read(request, partial(listing.wall_from, studio_id=self.studio.pk, **wanted))
        rows = {row.pk: row for row in Person.objects.for_studio(self.studio).filter(pk__in=[one.id for one in shown])}
        related = relationships.of_all(self.studio.pk, list(rows))
        bodies = [_shape(rows[one.id], one, related) for one in shown]
        return pages.get_paginated_response(serializers.PersonSerializer(bodies, many=True).data)

    @extend_schema(
        tags=["people"],
        request=serializers.NewPersonSerializer,
        responses={201: serializers.ChangedPersonSerializer},
    )
    def post(self, request: Request) -> Response:
        """Name a person by faces: somebody new, or whoever is called so already. Without a face there is nobody."""
        consent.require_on(self.studio)
        asked = self.asked(serializers.NewPersonSerializer)
        faces = people.find_faces(self.studio, asked["faces"])
        person, entry = people.assign(self.studio, faces, None, by=self.entered.user, name=asked["name"])
        if person is None:
            raise drf.ValidationError({"name": ["Type a name."]})
        body = _shape(person, listing.shown(person)) | undo_body(entry)
        return Response(serializers.ChangedPersonSerializer(body).data, status=201)


class PersonView(FacesView):
    """One person."""

    @extend_schema(tags=["people"], responses=serializers.PersonSerializer)
    def get(self, request: Request, person_id: UUID) -> Response:
        """A person, with how many photos show them."""
        return self._told(self.person(person_id))

    @extend_schema(tags=["people"], request=serializers.PersonChanges, responses=serializers.ChangedPersonSerializer)
    def patch(self, request: Request, person_id: UUID) -> Response:
        """Change name, birthday and who sees them."""
        person = self.person(person_id)
        entry = people.change(person, by=self.entered.user, **self.asked(serializers.PersonChanges, partial=True))
        return self._told(person, entry)

    @extend_schema(tags=["people"], responses={204: None})
    def delete(self, request: Request, person_id: UUID) -> Response:
        """Erase a person: name, outlines, numbers and pictures. Cannot be undone."""
        person = self.person(person_id)
        self.entered.require(Role.OWNER)
        erasing.erase_person(person, by=self.entered.user)
        return Response(status=204)

    def _told(self, person: Person, entry: JournalEntry | None = None) -> Response:
        body = _shape(person, listing.shown(person)) | undo_body(entry)
        return Response(serializers.ChangedPersonSerializer(body).data)


class PersonPhotosView(FacesView):
    """The photos of a person."""

    @extend_schema(tags=["people"], parameters=[serializers.PageQuery], responses=serializers.PhotosOfPersonSerializer)
    def get(self, request: Request, person_id: UUID) -> Response:
        """Ids of photos and faces by date."""
        pages = Keyset()
        found = pages.read(request, partial(listing.seen_from, person=self.person(person_id)))
        bodies = [{"photo": one.photo_id, "face": one.face_id} for one in found]
        return pages.get_paginated_response(serializers.PhotoOfPersonSerializer(bodies, many=True).data)


class MergeView(FacesView):
    """Several people who are one."""

    @extend_schema(tags=["people"], request=serializers.PeopleSerializer, responses=UndoSerializer)
    def post(self, request: Request, person_id: UUID) -> Response:
        """Make these people the same as this one. 409 `never_one_person` where somebody said that they are not."""
        person = self.person(person_id)
        others = people.find(self.studio, self.asked(serializers.PeopleSerializer)["people"])
        return Response(undo_body(people.merge(person, others, by=self.entered.user)))


class SplitView(FacesView):
    """Faces that are not this person."""

    @extend_schema(tags=["people"], request=serializers.SplitSerializer, responses=UndoSerializer)
    def post(self, request: Request, person_id: UUID) -> Response:
        """Take wrong faces out of a person: they are somebody of this name, or not known yet."""
        person, asked = self.person(person_id), self.asked(serializers.SplitSerializer)
        faces = people.find_faces(self.studio, asked["faces"])
        return Response(undo_body(people.split(person, faces, by=self.entered.user, name=asked["name"])[1]))


class ThumbnailView(FacesView):
    """The picture that stands for a person."""

    @extend_schema(tags=["people"], responses=_PICTURE)
    def get(self, request: Request, person_id: UUID) -> HttpResponse:
        """A WebP of the face, without metadata."""
        shown = listing.shown(self.person(person_id))
        return self.crop(UUID(shown.faces[0]) if shown else None)

    @extend_schema(tags=["people"], request=serializers.ThumbnailSerializer, responses=UndoSerializer)
    def put(self, request: Request, person_id: UUID) -> Response:
        """Let another face of theirs stand for them."""
        person, face = self.person(person_id), self.asked(serializers.ThumbnailSerializer)["face"]
        return Response(undo_body(people.change(person, by=self.entered.user, thumbnail_id=face)))


class PassportView(FacesView):
    """Whether a person agrees to be shown to guests."""

    @extend_schema(tags=["people"], request=serializers.PassportSerializer, responses=UndoSerializer)
    def put(self, request: Request, person_id: UUID) -> Response:
        """Note what they answered, and when: today."""
        person, asked = self.person(person_id), self.asked(serializers.PassportSerializer)
        entry = people.change(person, by=self.entered.user, passport=asked["answer"], passport_note=asked["note"])
        return Response(undo_body(entry))


class RelationshipsView(FacesView):
    """What a person is of others, and others of them."""

    @extend_schema(tags=["people"], responses=serializers.RelationshipsSerializer)
    def get(self, request: Request, person_id: UUID) -> Response:
        """All of a person, at most 60."""
        person = self.person(person_id)
        bodies = [_relationship(person, row) for row in relationships.of(person)[: relationships.MOST]]
        return Response({"results": serializers.RelationshipSerializer(bodies, many=True).data})

    @extend_schema(tags=["people"], request=serializers.NewRelationshipSerializer, responses=UndoSerializer)
    def post(self, request: Request, person_id: UUID) -> Response:
        """Say that the person is mother, partner or something else of another one."""
        person, asked = self.person(person_id), self.asked(serializers.NewRelationshipSerializer)
        [other] = people.find(self.studio, [asked["other"]])
        return Response(undo_body(relationships.relate(person, other, Kinship(asked["kind"]), by=self.entered.user)))


class RelationshipView(FacesView):
    """One of them."""

    @extend_schema(tags=["people"], responses={200: UndoSerializer})
    def delete(self, request: Request, person_id: UUID, relationship_id: UUID) -> Response:
        """Take it back."""
        person = self.person(person_id)
        row = get_object_or_404(relationships.of(person), pk=relationship_id)
        row.studio = self.studio
        return Response(undo_body(relationships.part(row, by=self.entered.user)))


class NeverView(FacesView):
    """Two who are never one."""

    @extend_schema(tags=["people"], request=serializers.TwoPeopleSerializer, responses=UndoSerializer)
    def post(self, request: Request) -> Response:
        """Remember that these two are never the same person."""
        consent.require_on(self.studio)
        one, other = people.find(self.studio, self.asked(serializers.TwoPeopleSerializer)["people"])
        one.studio = self.studio
        return Response(undo_body(people.never(one, other, by=self.entered.user)))


_STATES: Final = {
    "ignored": Q(is_ignored=True),
    "assigned": Q(is_ignored=False, person__isnull=False) & (Q(is_confirmed=True) | Q(suggested__isnull=True)),
    "suggested": Q(is_ignored=False, suggested__isnull=False, is_confirmed=False),
    "unassigned": Q(is_ignored=False, suggested__isnull=True, person__isnull=True),
}


@extend_schema(tags=["people"])
class FaceViewSet(FacesView, StudioViewSet[Face]):
    """Faces, by photo, person, gallery or state."""

    model = Face
    serializer_class = serializers.FaceSerializer

    def get_queryset(self) -> StudioQuerySet[Face]:
        consent.require_on(self.studio)
        faces = super().get_queryset().filter(photo__trashed_at__isnull=True).defer("embedding")
        asked = self.asked(serializers.FaceQuery, query=True)
        if "state" in asked:
            faces = faces.filter(_STATES[asked["state"]])
        if "album" in asked:
            inside = Q(photo__placements__album_id=asked["album"], photo__placements__trashed_at__isnull=True)
            faces = faces.filter(inside)
        for name in {"photo", "person"} & set(asked):
            faces = faces.filter(**{f"{name}_id": asked[name]})
        return faces

    @extend_schema(parameters=[serializers.FaceQuery])
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of faces."""
        return super().list(request, **kwargs)

    @extend_schema(request=serializers.DrawnFaceSerializer, responses={201: serializers.NewFaceSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Outline a face that was missed. Its numbers and its picture come in the background."""
        consent.require_on(self.studio)
        asked = self.asked(serializers.DrawnFaceSerializer)
        photos = Photo.objects.for_studio(self.studio).filter(trashed_at__isnull=True)
        photo = get_object_or_404(photos, pk=asked["photo"])
        person = people.find(self.studio, [asked["person"]])[0] if asked["person"] else None
        photo.studio = self.studio
        face, entry = drawing.draw(photo, drawing.box_of(**asked["box"]), person, by=self.entered.user)
        return Response(serializers.FaceSerializer(face).data | undo_body(entry), status=201)

    @extend_schema(responses=serializers.SuggestionListSerializer)
    def suggestions(self, request: Request) -> Response:
        """Faces that may be somebody, the nearest first, at most 100."""
        consent.require_on(self.studio)
        rows = super().get_queryset().filter(_STATES["suggested"], photo__trashed_at__isnull=True).defer("embedding")
        found = rows.order_by("distance", "-size", "pk")[:100]
        return Response({"results": serializers.FaceSerializer(found, many=True).data})

    @extend_schema(request=serializers.AnswerSerializer, responses=UndoSerializer)
    def answer(self, request: Request) -> Response:
        """Answer whether a face is a person: yes, no or skip."""
        consent.require_on(self.studio)
        asked = self.asked(serializers.AnswerSerializer)
        [face], [person] = people.find_faces(self.studio, [asked["face"]]), people.find(self.studio, [asked["person"]])
        face.studio = person.studio = self.studio
        return Response(undo_body(people.answer(face, person, asked["answer"], by=self.entered.user)))

    @extend_schema(request=serializers.AssignSerializer, responses=UndoSerializer)
    def assign(self, request: Request) -> Response:
        """Say who these faces are: a person, somebody with this name, or nobody who is known."""
        consent.require_on(self.studio)
        asked = self.asked(serializers.AssignSerializer)
        faces = people.find_faces(self.studio, asked["faces"])
        person = people.find(self.studio, [asked["person"]])[0] if asked["person"] else None
        _, entry = people.assign(self.studio, faces, person, by=self.entered.user, name=asked["name"])
        return Response(undo_body(entry))

    @extend_schema(request=None, responses=UndoSerializer)
    def ignore(self, request: Request, face_id: UUID) -> Response:
        """Hear no more of a face."""
        return Response(undo_body(people.ignore(self.studio, [self.face(face_id)], True, by=self.entered.user)))

    @extend_schema(request=None, responses=UndoSerializer)
    def unignore(self, request: Request, face_id: UUID) -> Response:
        """Hear of a face again."""
        return Response(undo_body(people.ignore(self.studio, [self.face(face_id)], False, by=self.entered.user)))

    @extend_schema(responses=_PICTURE)
    def picture(self, request: Request, face_id: UUID) -> HttpResponse:
        """A WebP of the face, without metadata."""
        return self.crop(self.face(face_id).pk)

    @extend_schema(responses=serializers.WhySerializer)
    def why(self, request: Request, face_id: UUID) -> Response:
        """Why a face is, or may be, somebody: the nearest face of theirs and how far away it is."""
        face = self.face(face_id)
        person_id = face.person_id or face.suggested_id
        person = Person.objects.for_studio(self.studio).filter(pk=person_id).first() if person_id else None
        found = listing.evidence(face, person) if person is not None else None
        body = {
            "person": person_id,
            "distance": found[1] if found else None,
            "threshold": joining.JOIN,
            "evidence": found[0].pk if found else None,
            "is_confirmed": face.is_confirmed,
        }
        return Response(serializers.WhySerializer(body).data)


class DetectInPhoto(FacesView):
    """Looking for faces again."""

    @extend_schema(tags=["people"], request=None, responses={202: AcceptedSerializer})
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Look at one photo again, as a task; of none if no gallery of its wants faces. What humans decided stays."""
        rows = Photo.objects.for_studio(self.studio).filter(trashed_at__isnull=True)
        photo = get_object_or_404(rows, pk=photo_id)
        consent.require_on(self.studio)
        title = f"Look for faces in “{photo.camera_name}”"
        return accepted(looking_again.begin(self.studio, [photo.pk], by=self.entered.user, title=title))


class DetectInAlbum(FacesView):
    """Looking for faces again in a gallery."""

    album_scoped = ("post",)

    @extend_schema(tags=["people"], request=None, responses={202: AcceptedSerializer})
    def post(self, request: Request, album_id: UUID) -> Response:
        """Look at all photos of a gallery again, as a task with its progress. What humans decided stays."""
        rows = Album.objects.visible_to(self.entered).filter(trashed_at__isnull=True)
        album = get_object_or_404(rows, pk=album_id)
        consent.require_on(self.studio)
        album.studio = self.studio
        return accepted(looking_again.begin_album(album, by=self.entered.user))


class OfAlbum(FacesView):
    """A view of one gallery's people."""

    def album(self, album_id: UUID) -> Album:
        """A gallery of the member that is not in the trash, or 404."""
        album = get_object_or_404(Album.objects.visible_to(self.entered).filter(trashed_at__isnull=True), pk=album_id)
        album.studio = self.studio
        return album


class FacesOfAlbum(OfAlbum):
    """The switch of a gallery."""

    album_scoped = ("get", "put")

    @extend_schema(tags=["people"], responses=serializers.GalleryFacesSerializer)
    def get(self, request: Request, album_id: UUID) -> Response:
        """Whether faces are found in this gallery."""
        return Response({"enabled": consent.is_on_in(self.album(album_id))})

    @extend_schema(
        tags=["people"], request=serializers.GalleryFacesSerializer, responses=serializers.GalleryFacesSerializer
    )
    def put(self, request: Request, album_id: UUID) -> Response:
        """Have faces found in this gallery, or not. What was found there stays until its people are erased."""
        album = self.album(album_id)
        consent.set_gallery(album, self.asked(serializers.GalleryFacesSerializer)["enabled"], by=self.entered.user)
        return Response({"enabled": consent.is_on_in(album)})


class GuestListView(OfAlbum):
    """Who of a guest list is in the photos of a gallery."""

    album_scoped = ("post",)

    @extend_schema(tags=["people"], request=serializers.GuestListSerializer, responses=serializers.MissingSerializer)
    def post(self, request: Request, album_id: UUID) -> Response:
        """Compare names with the people in this gallery. The list is not kept."""
        album = self.album(album_id)
        consent.require_on(self.studio)
        names = self.asked(serializers.GuestListSerializer)["names"]
        seats = guest_list.seats(album, guest_list.read("\n".join(names)))
        body = {"results": seats, "groups": guest_list.groups(seats)}
        return Response(serializers.MissingSerializer(body).data)


_face = FaceViewSet.as_view
urlpatterns = [
    path("people/settings", SettingsView.as_view(), name="api-people-settings"),
    path("people/never", NeverView.as_view(), name="api-people-never"),
    path("people", PeopleView.as_view(), name="api-people"),
    path("people/<uuid:person_id>", PersonView.as_view(), name="api-person"),
    path("people/<uuid:person_id>/photos", PersonPhotosView.as_view(), name="api-person-photos"),
    path("people/<uuid:person_id>/merge", MergeView.as_view(), name="api-person-merge"),
    path("people/<uuid:person_id>/split", SplitView.as_view(), name="api-person-split"),
    path("people/<uuid:person_id>/thumbnail", ThumbnailView.as_view(), name="api-person-thumbnail"),
    path("people/<uuid:person_id>/consent", PassportView.as_view(), name="api-person-consent"),
    path("people/<uuid:person_id>/relationships", RelationshipsView.as_view(), name="api-relationships"),
    path(
        "people/<uuid:person_id>/relationships/<uuid:relationship_id>",
        RelationshipView.as_view(),
        name="api-relationship",
    ),
    path("faces", _face({"get": "list", "post": "create"}), name="api-faces"),
    path("faces/assign", _face({"post": "assign"}), name="api-faces-assign"),
    path("faces/suggestions", _face({"get": "suggestions", "post": "answer"}), name="api-faces-suggestions"),
    path("faces/<uuid:face_id>/ignore", _face({"post": "ignore"}), name="api-face-ignore"),
    path("faces/<uuid:face_id>/unignore", _face({"post": "unignore"}), name="api-face-unignore"),
    path("faces/<uuid:face_id>/crop", _face({"get": "picture"}), name="api-face-crop"),
    path("faces/<uuid:face_id>/why", _face({"get": "why"}), name="api-face-why"),
    path("photos/<uuid:photo_id>/detect-faces", DetectInPhoto.as_view(), name="api-photo-faces"),
    path("albums/<uuid:album_id>/faces", FacesOfAlbum.as_view(), name="api-album-faces-switch"),
    path("albums/<uuid:album_id>/guest-list", GuestListView.as_view(), name="api-guest-list"),
    path("albums/<uuid:album_id>/detect-faces", DetectInAlbum.as_view(), name="api-album-faces"),
]
