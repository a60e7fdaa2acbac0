"""Guests as persons, and what they did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.sharing.models.links import ShareLink
from apps.sharing.models.mailed_code import MailedCode
from apps.sharing.models.shown import OfShown


class Visitor(MailedCode, OfShown):
    """A guest of an album as a person: a name and an e-mail address, no account.

    The same address is the same person in every link of the album; `link` is the one by which they came first.
    Somebody who only rated photos is a visitor without an address (`is_anonymous`). Whoever gives an address that is
    another visitor's already has it as `claimed_email`, until a code proves it: then both become one (see `joining`).
    email, claimed_email: lower case. The code proves the address on another device.
    """

    ANONYMOUS = "Guest"
    CODE_SALT = "glassine.visitor.code"

    link = TenantKey(ShareLink, null=True, related_name="visitors")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True)
    claimed_email = models.EmailField(max_length=254, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            SameStudio("link", on_delete="set null"),
            models.UniqueConstraint(
                fields=["studio", "shown", "email"], condition=Q(email__gt=""), name="sharing_visitor_address"
            ),
        ]
        # One person in all galleries.
        indexes = [models.Index(fields=["studio", "email"], condition=Q(email__gt=""), name="sharing_visitor_person")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_anonymous(self) -> bool:
        """True as long as nobody has said who it is."""
        return not self.given_email

    @property
    def given_email(self) -> str:
        """The address that was typed, proved or not; "" for nobody."""
        return self.email or self.claimed_email


class ActivityKind(models.TextChoices):
    OPENED = "opened", "Opened the gallery"
    UNLOCKED = "unlocked", "Entered the password"
    FAILED = "failed", "Entered a wrong password"
    FAVOURITE = "favourite", "Added a favourite"
    UNFAVOURITE = "unfavourite", "Removed a favourite"
    MARKED = "marked", "Rated a photo"
    COMMENTED = "commented", "Commented"
    SENT = "sent", "Sent a selection"
    REOPENED = "reopened", "Reopened a selection"
    HID = "hid", "Hid a photo from guests"
    SHOWED = "showed", "Showed a photo to guests again"
    DOWNLOADED = "downloaded", "Downloaded"
    ASKED_TIME = "asked_time", "Asked for more time"
    UPLOADED = "uploaded", "Added a photo"
    ASKED_MORE = "asked_more", "Asked for more favourites"


class Activity(OfShown):
    """Something that a guest did in an album. Never changed.

    device: "Phone", "Tablet" or "Computer" with the browser's name, never an address or a fingerprint.
    detail: JSON-able facts, such as the size of a download; never a password.
    """

    link = TenantKey(ShareLink, null=True, related_name="activities")
    visitor = TenantKey(Visitor, null=True, related_name="activities")
    photo = TenantKey(Photo, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=ActivityKind.choices)
    device = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            SameStudio("link", on_delete="set null"),
            SameStudio("visitor", on_delete="set null"),
            SameStudio("photo", on_delete="set null"),
        ]
        indexes = [
            models.Index(fields=["studio", "shown", "-at", "-id"], name="sharing_activity_shown"),
            models.Index(fields=["studio", "-at", "-id"], name="sharing_activity_newest"),
            models.Index(fields=["studio", "link", "-at"], name="sharing_activity_link"),
            models.Index(
                fields=["studio", "visitor", "kind"],
                condition=Q(visitor__isnull=False),
                name="sharing_activity_visitor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
