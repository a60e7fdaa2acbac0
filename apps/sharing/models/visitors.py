"""Guests as persons, and what they did."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.sharing.models.links import ShareLink
from apps.sharing.models.shown import OfShown


class Visitor(OfShown):
    """A guest of an album as a person: a name and an e-mail address, no account.

    The same address is the same person in every link of the album; `link` is the one by which they came first.
    Somebody who only rated photos is a visitor without an address (`is_anonymous`). Whoever gives an address that is
    another visitor's already has it as `claimed_email`, until a code proves it: then both become one (see `joining`).
    email, claimed_email: lower case.  version: rises to sign the person out everywhere.
    code_hash: the 6 digits emailed to prove the address on another device, until `code_expires_at`.
    """

    ANONYMOUS = "Guest"
    CODE_DIGITS = 6
    CODE_VALID = timedelta(minutes=10)

    link = TenantKey(ShareLink, null=True, related_name="visitors")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True)
    claimed_email = models.EmailField(max_length=254, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    code_hash = models.CharField(max_length=128, blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True, editable=False)
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

    def sign_out(self) -> None:
        """End this person's sessions in every browser; whoever gives the email address next proves it by a code."""
        Visitor.objects.for_studio(self.studio_id).filter(pk=self.pk).update(version=F("version") + 1)
        self.refresh_from_db(fields=["version"])

    def new_code(self, *, now: datetime) -> str:
        """Digits that prove the address for a while; the ones before end."""
        code = f"{secrets.randbelow(10**self.CODE_DIGITS):0{self.CODE_DIGITS}}"
        self.code_hash, self.code_expires_at = self._hash(code), now + self.CODE_VALID
        self.save(update_fields=["code_hash", "code_expires_at"])
        return code

    def is_code(self, code: str, *, now: datetime) -> bool:
        """True if this is the code that was made last and is still good. Reserve a guess before."""
        if not self.code_hash or self.code_expires_at is None or self.code_expires_at <= now:
            return False
        return constant_time_compare(self.code_hash, self._hash(code))

    def spend_code(self) -> bool:
        """End the code; False if somebody else was faster with it, or another one was made meanwhile."""
        rows = Visitor.objects.for_studio(self.studio_id).filter(pk=self.pk, code_hash=self.code_hash)
        return bool(rows.update(code_hash="", code_expires_at=None))

    def _hash(self, code: str) -> str:
        # Keyed with the installation's secret: a stolen table does not tell six digits. A slow hash would add little to
        # what lives for ten minutes.
        text = f"{self.pk.hex}:{self.version}:{code}"
        return salted_hmac("glassine.visitor.code", text, algorithm="sha256").hexdigest()


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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
