"""What visitors say of photos: favourites in lists and rounds, marks, comments."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.sharing.models.links import ShareLink
from apps.sharing.models.shown import OfShown
from apps.sharing.models.visitors import Visitor


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


class SelectionState(models.TextChoices):
    OPEN = "open", "Open"
    SENT = "sent", "Sent"


class Selection(OfShown):
    """A named list of favourites of one visitor.

    Sending locks it; either side may open it again, which begins the next round. `extra`: how many photos beyond
    the preset's maximum the studio has granted.
    """

    visitor = TenantKey(Visitor, related_name="selections")
    preset = TenantKey(SelectionPreset, null=True, related_name="selections")
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=6, choices=SelectionState.choices, default=SelectionState.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    extra = models.PositiveIntegerField(default=0)
    note = models.TextField(max_length=2000, blank=True)
    sent_at = models.DateTimeField(null=True)
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
        indexes = [models.Index(fields=["studio", "state", "-sent_at"], name="sharing_selection_waiting")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sent(self) -> bool:
        return self.state == SelectionState.SENT


class Work(models.TextChoices):
    """How far the studio is with a picked photo; the client follows it."""

    SELECTED = "selected", "Selected"
    EDITING = "editing", "In edit"
    READY = "ready", "Ready"
    DELIVERED = "delivered", "Delivered"


class Pick(StudioModel):
    """A photo in a selection. round: the one in which it came into the list."""

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


class Verdict(models.TextChoices):
    APPROVED = "approved", "Approve"
    MAYBE = "maybe", "Maybe"
    REJECTED = "rejected", "Reject"


class Label(models.TextChoices):
    """Lightroom's five colour labels."""

    RED = "red", "Red"
    YELLOW = "yellow", "Yellow"
    GREEN = "green", "Green"
    BLUE = "blue", "Blue"
    PURPLE = "purple", "Purple"


class Mark(OfShown):
    """What one visitor thinks of one photo. The studio's own stars, flags and labels lie on the photo itself."""

    visitor = TenantKey(Visitor, related_name="marks")
    photo = TenantKey(Photo, related_name="marks")
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    label = models.CharField(max_length=6, choices=Label.choices, blank=True)
    stars = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            SameStudio("visitor"),
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "shown", "visitor", "photo"], name="sharing_mark_once"),
            models.CheckConstraint(condition=Q(stars__lte=5), name="sharing_mark_stars"),
        ]
        indexes = [models.Index(fields=["studio", "shown", "photo"], name="sharing_mark_photo")]

    def __str__(self) -> str:
        return f"{self.visitor_id} on {self.photo_id}"


class Comment(OfShown):
    """A remark on a photo, by a visitor or (with `author`) by the studio; answers have a `parent`.

    link: the one by which its thread was begun. Only guests of the same link read it, and its answers with it.
    pin_x, pin_y: the point of the photo it speaks of, 0..1 from left and top; both or neither.
    removed_at: taken back by its writer or by the studio; the answers stay.
    read_at: when the studio has seen it.
    """

    photo = TenantKey(Photo, related_name="comments")
    link = TenantKey(ShareLink, null=True, related_name="comments")
    visitor = TenantKey(Visitor, null=True, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    parent = TenantKey("sharing.Comment", null=True, related_name="answers")
    body = models.TextField(max_length=2000)
    pin_x = models.FloatField(null=True)
    pin_y = models.FloatField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            SameStudio("photo"),
            SameStudio("link", on_delete="set null"),
            SameStudio("visitor"),
            SameStudio("parent"),
            models.CheckConstraint(
                condition=Q(pin_x__isnull=True, pin_y__isnull=True)
                | Q(pin_x__gte=0, pin_x__lte=1, pin_y__gte=0, pin_y__lte=1),
                name="sharing_comment_pin",
            ),
        ]
        indexes = [models.Index(fields=["studio", "shown", "photo", "created_at"], name="sharing_comment_thread")]

    def __str__(self) -> str:
        return f"comment on {self.photo_id}"
