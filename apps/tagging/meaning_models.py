"""Search by meaning: the server that is asked for embeddings, who agreed to it, and what it answered of each photo."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from pgvector.django import HalfVectorField

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.tagging.server_models import AiServer

#: More is no embedding of text that anybody sells; eight megabytes hold the answer to a batch of them.
MOST_DIMENSIONS = 4_000


class MeaningServer(AiServer):
    """Who turns texts into embeddings. A studio without a row, or with one that is off, sends none.

    consent_version: of the text that was agreed to (see `meaning.agreement`).  consent_to: the address that it named.
    """

    is_on = models.BooleanField(default=False)
    consent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    consent_at = models.DateTimeField(null=True)
    consent_version = models.PositiveSmallIntegerField(default=0)
    consent_to = models.CharField(max_length=300, blank=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio"], name="tagging_meaningserver_once"),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(consent_at__isnull=False) & ~Q(consent_to=""),
                name="tagging_meaningserver_consent",
            ),
        ]


class PhotoMeaning(StudioModel):
    """The embedding of a photo's texts. Vectors of two models cannot be compared, so each knows its own.

    digest: SHA-256 of the text, so that the same text is never sent twice.  dimension: numbers of the vector.
    """

    photo = TenantKey(Photo, related_name="+")
    model = models.CharField(max_length=100)
    dimension = models.PositiveSmallIntegerField()
    vector = HalfVectorField()
    digest = models.BinaryField(max_length=32)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "photo"], name="tagging_photomeaning_once"),
            models.CheckConstraint(
                condition=Q(dimension=Func(F("vector"), function="vector_dims", output_field=models.IntegerField())),
                name="tagging_photomeaning_dimension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.model}"

    @classmethod
    def within(cls, member: Works) -> Q:
        """Those of photos in a restricted member's galleries."""
        return Q(photo__in=Photo.objects.visible_to(member))


class MeaningWait(StudioModel):
    """A photo whose texts changed since they were embedded. Rows are written by triggers.

    since: when they changed last; who embeds them takes the row away only if that is still so.
    """

    photo = TenantKey(Photo, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "photo"], name="tagging_meaningwait_once"),
        ]

    def __str__(self) -> str:
        return str(self.photo_id)

    @classmethod
    def within(cls, member: Works) -> Q:
        """None: members do not see what waits."""
        return Q(pk__in=())
