"""Who is in which photo of the library, in the order of its page."""

from __future__ import annotations

from django.db import models

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.faces.models import Person


class PersonPhoto(StudioModel):
    """A face that shows somebody in a photo of the library, with what is asked most beside who is in it.

    Triggers write it (see `person_photos`): a person's photos with four stars or more would else be looked for among
    all photos with these. It has the id of the face; all else is as of the photo's row. Ignored faces have none.
    """

    person = TenantKey(Person, related_name="+", db_index=False)
    photo = TenantKey("library.LibraryPhoto", related_name="+", db_index=False)
    wall = models.DateTimeField()
    is_dated = models.BooleanField()
    kind = models.CharField(max_length=8)
    tier = models.CharField(max_length=6)
    stacked = models.CharField(max_length=8, blank=True)
    rating = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=12, blank=True)
    flag = models.CharField(max_length=6, blank=True)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints, SameStudio("person"), SameStudio("photo")]
        indexes = [
            models.Index(
                fields=["studio", "person", "-wall", "-photo"],
                include=["kind", "tier", "stacked", "rating", "label", "flag", "is_dated"],
                name="library_personphoto_order",
            ),
            models.Index(fields=["studio", "photo"], name="library_personphoto_photo"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.photo_id}"
