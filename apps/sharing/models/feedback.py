"""What visitors say of photos: marks and comments."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.sharing.models.links import ShareLink
from apps.sharing.models.shown import OfShown
from apps.sharing.models.visitors import Visitor


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

    noun = "mark"
    journalled: ClassVar = {"photo_id": "photo"}
    # It goes along when a duplicate of the photo is kept; with the photo these columns are unique.
    said_of_photo: ClassVar = ("shown_id", "visitor_id")

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


class BadComment(ValueError):
    """It cannot be a comment. The text is a sentence for its writer."""


class Comment(OfShown):
    """A remark on a photo, by a visitor or (with `author`) by the studio; answers have a `parent`.

    link: the one by which its thread was begun. Only guests of the same link read it, and its answers with it.
    pin_x, pin_y: the point of the photo it speaks of, 0..1 from left and top; both or neither.
    removed_at: taken back by its writer or by the studio; the answers stay.
    read_at: when the studio has seen it.
    """

    noun = "comment"
    journalled: ClassVar = {"photo_id": "photo"}
    # It goes along when a duplicate of the photo is kept; with the photo these columns are unique.
    said_of_photo: ClassVar = ()

    LONGEST = 2000

    photo = TenantKey(Photo, related_name="comments")
    link = TenantKey(ShareLink, null=True, related_name="comments")
    visitor = TenantKey(Visitor, null=True, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    parent = TenantKey("sharing.Comment", null=True, related_name="answers")
    body = models.TextField(max_length=LONGEST)
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
        indexes = [
            models.Index(fields=["studio", "shown", "photo", "created_at"], name="sharing_comment_thread"),
            models.Index(
                fields=["studio", "shown"],
                condition=Q(author__isnull=True, read_at__isnull=True, removed_at__isnull=True),
                name="sharing_comment_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"comment on {self.photo_id}"

    @classmethod
    def clean_text(cls, text: str) -> str:
        """What is kept of what was typed. Raises BadComment."""
        text = text.replace("\r\n", "\n").replace("\0", "").strip()
        if not text:
            raise BadComment(gettext("Write something first."))
        if len(text) > cls.LONGEST:
            sentence = gettext("A comment can have up to %(most)d characters. Yours has %(length)d.")
            raise BadComment(sentence % {"most": cls.LONGEST, "length": len(text)})
        return text

    def answer(self, *, by: User, body: str) -> Comment:
        """The studio's answer, below it or in the thread that it belongs to. Raises BadComment."""
        reply = Comment(
            studio_id=self.studio_id,
            shown_id=self.shown_id,
            photo_id=self.photo_id,
            link_id=self.link_id,
            author=by,
            parent_id=self.parent_id or self.pk,
            body=self.clean_text(body),
        )
        reply.save(force_insert=True)
        if self.read_at is None:
            self.read_at = timezone.now()
            self.save(update_fields=["read_at"])
        return reply

    def remove(self, *, by: User) -> None:
        """The studio takes it away, whoever wrote it; twice is once."""
        if self.removed_at is None:
            self.removed_at = timezone.now()
            self.save(update_fields=["removed_at"])
            note(self.studio, by, "comment.removed", self, photo=str(self.photo_id))
