"""Favourites of visitors, in lists and rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.sharing.models.shown import OfShown
from apps.sharing.models.visitors import Visitor
from apps.web.refusal import Unsuitable
from apps.web.typed import title_key


class SelectionPreset(OfShown):
    """A list that the studio prepares for every visitor of an album, like "30 for the album".

    minimum, maximum: how many photos it should hold when it is sent; maximum None for any number.
    """

    title = models.CharField(max_length=80)
    minimum = models.PositiveIntegerField(default=0)
    maximum = models.PositiveIntegerField(null=True)
    rank = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            models.UniqueConstraint(fields=["studio", "shown", "title"], name="sharing_preset_title"),
            models.CheckConstraint(
                condition=Q(maximum__isnull=True) | Q(maximum__gte=models.F("minimum")), name="sharing_preset_limits"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def set_terms(self, *, title: str, minimum: int, maximum: int | None) -> None:
        """Keep title and limits. Raises Unsuitable; then nothing was kept."""
        title = " ".join(title.split())
        if not title:
            raise Unsuitable("title", "Enter a name for the list.")
        if maximum is not None and maximum < max(minimum, 1):
            raise Unsuitable("maximum", "The maximum cannot be less than the minimum.")
        others = SelectionPreset.objects.for_studio(self.studio_id).filter(shown_id=self.shown_id).exclude(pk=self.pk)
        if title_key(title) in map(title_key, others.values_list("title", flat=True)):
            raise Unsuitable("title", "There is already a list with this name.")
        self.title, self.minimum, self.maximum = title, minimum, maximum
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError as error:
            raise Unsuitable("title", "There is already a list with this name.") from error

    def change(self, *, by: User, title: str, minimum: int, maximum: int | None) -> None:
        """Another title or other limits. Visitors' lists keep their names; limits hold at once. Raises Unsuitable."""
        self.set_terms(title=title, minimum=minimum, maximum=maximum)
        note(self.studio, by, "preset.changed", self, title=self.title)

    def remove(self, *, by: User) -> None:
        """No longer prepare it. The lists that visitors have stay, without limits."""
        note(self.studio, by, "preset.deleted", self, title=self.title)
        self.delete()


class SelectionState(models.TextChoices):
    OPEN = "open", "Open"
    SENT = "sent", "Sent"


class Selection(OfShown):
    """A named list of favourites of one visitor.

    Sending locks it; either side may open it again, which begins the next round. `extra`: how many photos beyond
    the preset's maximum the studio has granted.  asked_more_at: when the visitor asked for more and nobody answered.
    """

    MOST_EXTRA = 10_000

    visitor = TenantKey(Visitor, related_name="selections")
    preset = TenantKey(SelectionPreset, null=True, related_name="selections")
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=6, choices=SelectionState.choices, default=SelectionState.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    extra = models.PositiveIntegerField(default=0)
    note = models.TextField(max_length=2000, blank=True)
    sent_at = models.DateTimeField(null=True)
    asked_more_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            SameStudio("visitor"),
            SameStudio("preset", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "visitor", "title"], name="sharing_selection_title"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="sharing_selection_sent_at"
            ),
        ]
        indexes = [
            models.Index(fields=["studio", "state", "-sent_at"], name="sharing_selection_waiting"),
            models.Index(
                fields=["studio", "asked_more_at"],
                condition=Q(asked_more_at__isnull=False),
                name="sharing_selection_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sent(self) -> bool:
        return self.state == SelectionState.SENT

    @property
    def maximum(self) -> int | None:
        """How many photos it may hold, with what the studio granted beyond; None for any number."""
        if self.preset is None or self.preset.maximum is None:
            return None
        return int(self.preset.maximum) + self.extra

    @property
    def minimum(self) -> int:
        """How many photos it must hold to be sent."""
        return self.preset.minimum if self.preset else 0

    def hold(self) -> None:
        """Lock the row until the transaction ends and read afresh what acts on it depend on."""
        rows: Any = Selection.objects.for_studio(self.studio_id).select_for_update(no_key=True)
        self.refresh_from_db(fields=["state", "round", "extra", "asked_more_at"], from_queryset=rows)

    def touch(self, *changed: str) -> None:
        """Save these columns, and when they or the photos in it changed."""
        self.updated_at = timezone.now()
        self.save(update_fields=[*changed, "updated_at"])

    def ask_for_more(self, now: datetime) -> None:
        """The visitor asks for more photos than the limit allows. Whoever calls it holds the row."""
        self.asked_more_at = now
        self.save(update_fields=["asked_more_at"])

    def begin_round(self) -> None:
        """Let a sent list be changed again: what comes in from now on belongs to the next round.

        Whoever calls it holds the row. The note was for the round that is over.
        """
        self.state, self.round, self.note = SelectionState.OPEN, self.round + 1, ""
        self.touch("state", "round", "note")

    def reopen(self, *, by: User) -> bool:
        """The studio lets the visitor change a sent list, in the next round; False if it was open already."""
        self.hold()
        if not self.is_sent:
            return False
        self.begin_round()
        note(self.studio, by, "selection.reopened", self, round=self.round)
        return True

    def grant(self, extra: int, *, by: User) -> None:
        """How many photos it may hold beyond the limit of its preset; that answers who asked for more.

        extra: in all, not in addition.
        """
        if not 0 <= extra <= self.MOST_EXTRA:
            raise ValueError(f"Grant between 0 and {self.MOST_EXTRA:,} photos.")
        self.hold()
        if self.extra == extra and self.asked_more_at is None:
            return
        self.extra, self.asked_more_at = extra, None
        self.touch("extra", "asked_more_at")
        note(self.studio, by, "selection.granted", self, extra=extra)


class Work(models.TextChoices):
    """How far the studio is with a picked photo; the client follows it."""

    SELECTED = "selected", "Selected"
    EDITING = "editing", "In edit"
    READY = "ready", "Ready"
    DELIVERED = "delivered", "Delivered"


class Pick(StudioModel):
    """A photo in a selection. round: the one in which it came into the list."""

    noun = "favourite"
    journalled: ClassVar = {"photo_id": "photo"}
    # It goes along when a duplicate of the photo is kept; with the photo these columns are unique.
    said_of_photo: ClassVar = ("selection_id",)

    selection = TenantKey(Selection, related_name="picks")
    photo = TenantKey(Photo, related_name="picks")
    round = models.PositiveSmallIntegerField(default=1)
    work = models.CharField(max_length=10, choices=Work.choices, default=Work.SELECTED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("selection"),
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "selection", "photo"], name="sharing_pick_once"),
        ]
        indexes = [models.Index(fields=["studio", "photo"], name="sharing_pick_photo")]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.selection_id}"
