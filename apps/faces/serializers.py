"""Shapes of people and faces in the API (see docs/api.md)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.faces import guest_list
from apps.faces.models import Kinship, Passport
from apps.faces.people import MOST
from apps.web import strict


class SettingsSerializer(strict.Serializer[Any]):
    """consent_by: name of who agreed.  engine: number of the version that finds faces now."""

    enabled = serializers.BooleanField()
    consent_by = serializers.CharField(allow_null=True)
    consent_at = serializers.DateTimeField(allow_null=True)
    engine = serializers.IntegerField()
    models = serializers.ListField(child=serializers.CharField())
    erasing = serializers.BooleanField()


class SwitchSerializer(strict.Serializer[Any]):
    enabled = serializers.BooleanField()
    i_may_process_faces = serializers.BooleanField(default=False)
    all_galleries = serializers.BooleanField(default=False)
    keep_names = serializers.BooleanField(default=False)


class RelationshipSerializer(strict.Serializer[Any]):
    """The person of the address is `kind` of `other`, or the other way round where `is_reverse` says so."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kinship.choices)
    other = serializers.UUIDField()
    is_reverse = serializers.BooleanField()


class PersonSerializer(strict.Serializer[Any]):
    """thumbnail_face: the face that stands for them.  passport: yes, no, inside, ask, or empty."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    birthday = serializers.DateField(allow_null=True)
    photo_count = serializers.IntegerField()
    face_count = serializers.IntegerField()
    thumbnail_face = serializers.UUIDField(allow_null=True)
    is_hidden_from_clients = serializers.BooleanField()
    is_ignored = serializers.BooleanField()
    passport = serializers.CharField(allow_blank=True)
    relationships = RelationshipSerializer(many=True)
    created_at = serializers.DateTimeField()


class PeopleListSerializer(strict.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PersonSerializer(many=True)


class ChangedPersonSerializer(PersonSerializer):
    undo = serializers.UUIDField(allow_null=True)


class PersonChanges(strict.Serializer[Any]):
    name = serializers.CharField(max_length=120, allow_blank=True)
    birthday = serializers.DateField(allow_null=True)
    is_hidden_from_clients = serializers.BooleanField(source="is_hidden")
    is_ignored = serializers.BooleanField()


class NewPersonSerializer(strict.Serializer[Any]):
    """faces: who they are from now on."""

    name = serializers.CharField(max_length=120)
    faces = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=MOST)


class PageQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)
    cursor = serializers.CharField(required=False)


class PeopleQuery(PageQuery):
    named = serializers.BooleanField(required=False, allow_null=True, default=None)
    ignored = serializers.BooleanField(required=False, default=False)
    q = serializers.CharField(required=False, max_length=120, default="")


class PassportSerializer(strict.Serializer[Any]):
    answer = serializers.ChoiceField(choices=["", *Passport.values])
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class PeopleSerializer(strict.Serializer[Any]):
    people = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=MOST)


class TwoPeopleSerializer(strict.Serializer[Any]):
    people = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=2)


class SplitSerializer(strict.Serializer[Any]):
    faces = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=MOST)
    name = serializers.CharField(max_length=120, allow_blank=True, default="")


class AssignSerializer(SplitSerializer):
    person = serializers.UUIDField(allow_null=True, default=None)


class AnswerSerializer(strict.Serializer[Any]):
    face = serializers.UUIDField()
    person = serializers.UUIDField()
    answer = serializers.ChoiceField(choices=["yes", "no", "skip"])


class ThumbnailSerializer(strict.Serializer[Any]):
    face = serializers.UUIDField()


class BoxSerializer(strict.Serializer[Any]):
    """Fractions of the upright photo."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()


class SuggestionSerializer(strict.Serializer[Any]):
    person = serializers.UUIDField(source="suggested_id")
    distance = serializers.FloatField()


class FaceSerializer(strict.Serializer[Any]):
    id = serializers.UUIDField()
    photo = serializers.UUIDField(source="photo_id")
    box = BoxSerializer()
    score = serializers.FloatField()
    sharpness = serializers.FloatField(allow_null=True)
    person = serializers.UUIDField(source="person_id", allow_null=True)
    suggestion = serializers.SerializerMethodField()
    state = serializers.CharField()

    @extend_schema_field(SuggestionSerializer(allow_null=True))
    def get_suggestion(self, face: Any) -> dict[str, Any] | None:
        """Who it may be, or null."""
        return None if face.suggested_id is None else SuggestionSerializer(face).data


class NewFaceSerializer(FaceSerializer):
    undo = serializers.UUIDField(allow_null=True)


class SuggestionListSerializer(strict.Serializer[Any]):
    results = FaceSerializer(many=True)


class PhotoOfPersonSerializer(strict.Serializer[Any]):
    photo = serializers.UUIDField()
    face = serializers.UUIDField()


class PhotosOfPersonSerializer(strict.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PhotoOfPersonSerializer(many=True)


class WhySerializer(strict.Serializer[Any]):
    """threshold: up to there a face joins by itself.  evidence: the face of the person that speaks for it, or null."""

    person = serializers.UUIDField(allow_null=True)
    distance = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField()
    evidence = serializers.UUIDField(allow_null=True)
    is_confirmed = serializers.BooleanField()


class GalleryFacesSerializer(strict.Serializer[Any]):
    """Whether faces are found in a gallery."""

    enabled = serializers.BooleanField()


class DrawnFaceSerializer(strict.Serializer[Any]):
    """A face that a person outlined. person: who it is, if that is known."""

    photo = serializers.UUIDField()
    box = BoxSerializer()
    person = serializers.UUIDField(allow_null=True, default=None)


class RelationshipsSerializer(strict.Serializer[Any]):
    results = RelationshipSerializer(many=True)


class NewRelationshipSerializer(strict.Serializer[Any]):
    """The person of the address is `kind` of `other`."""

    kind = serializers.ChoiceField(choices=Kinship.choices)
    other = serializers.UUIDField()


class GuestListSerializer(strict.Serializer[Any]):
    """A name is as on a list: behind a comma, the table or family."""

    names = serializers.ListField(
        child=serializers.CharField(max_length=250), allow_empty=False, max_length=guest_list.MOST
    )


class SeatSerializer(strict.Serializer[Any]):
    """A guest and their photos in the gallery. person: null if nobody there has such a name."""

    name = serializers.CharField(source="guest.name")
    group = serializers.CharField(source="guest.group", allow_blank=True)
    person = serializers.UUIDField(source="person_id", allow_null=True)
    photos = serializers.IntegerField()


class GroupSerializer(strict.Serializer[Any]):
    """How many guests of a table are in at least one photo."""

    name = serializers.CharField()
    seen = serializers.IntegerField()
    guests = serializers.IntegerField()


class MissingSerializer(strict.Serializer[Any]):
    results = SeatSerializer(many=True)
    groups = GroupSerializer(many=True)


class FaceQuery(serializers.Serializer[Any]):
    photo = serializers.UUIDField(required=False)
    person = serializers.UUIDField(required=False)
    album = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(choices=["unassigned", "assigned", "suggested", "ignored"], required=False)
