"""Links that let a client in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album
from apps.sharing.models.shown import Shown


class Download(models.TextChoices):
    NONE = "none", "No downloads"
    WEB = "web", "Web size (2400 px)"
    ORIGINAL = "original", "Original files"


class Metadata(models.TextChoices):
    """What a downloaded file keeps of what the camera and the photographer wrote into it. Pixels never change."""

    ALL = "all", "Keep everything"
    COPYRIGHT = "copyright", "Copyright only, no place and no serial numbers"
    NONE = "none", "Nothing"


# Which links open at their readable address: those with a password, and those that the studio's public page offers.
READABLE = Q(password_hash__gt="") | Q(is_main=False, studio__index_is_public=True, album__is_listed=True)


class ShareLink(StudioModel):
    """A capability: whoever has the token may see one album, within its rights, until it ends.

    The links of an album are its audiences ("couple", "guests", "florist"). `is_main`: the client's own link; who
    comes by it sees what the client hid from the others, and may hide.
    download_limit: how many photos may be taken through the link in all; None for any number.
    asks_identity: name and e-mail are asked before entering, instead of after the first mark.
    has_reminders: emails remind its clients before it closes (see `reminders`).
    slug: a readable address in place of the token. It can be guessed, so a link that has one has a password, unless
    everybody is invited: see `READABLE`.

    The token is stored as a hash for the look-up and sealed (encrypted with the installation's key) only
    to be shown to the studio again. `version` rises with a new password or a revocation and ends every
    guest's session of the link.
    """

    shown = TenantKey(Shown, related_name="links")
    album = TenantKey(Album, related_name="share_links")
    label = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, editable=False)
    token_sealed = models.CharField(max_length=300, editable=False)
    password_hash = models.CharField(max_length=128, blank=True, editable=False)
    download = models.CharField(max_length=8, choices=Download.choices, default=Download.NONE)
    download_limit = models.PositiveIntegerField(null=True)
    metadata = models.CharField(max_length=10, choices=Metadata.choices, default=Metadata.ALL)
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    pin_sealed = models.CharField(max_length=300, blank=True, editable=False)
    pin_version = models.PositiveIntegerField(default=1, editable=False)
    may_favourite = models.BooleanField(default=False)
    may_comment = models.BooleanField(default=False)
    may_rate = models.BooleanField(default=False)
    is_main = models.BooleanField(default=False)
    asks_identity = models.BooleanField(default=False)
    is_watermarked = models.BooleanField(default=False)
    has_reminders = models.BooleanField(default=True)
    slug = models.SlugField(max_length=60, blank=True, db_index=False)
    expires_on = models.DateField(null=True)
    expires_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    views = models.PositiveIntegerField(default=0, editable=False)
    last_opened_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("shown"),
            SameStudio("album"),
            models.CheckConstraint(condition=Q(album_id=models.F("shown_id")), name="sharing_sharelink_shown"),
            models.UniqueConstraint(fields=["studio", "token_hash"], name="sharing_sharelink_token"),
            models.UniqueConstraint(
                fields=["studio", "slug"], condition=~models.Q(slug=""), name="sharing_sharelink_slug"
            ),
        ]
        indexes = [models.Index(fields=["token_hash"], name="sharing_sharelink_lookup")]

    def __str__(self) -> str:
        return self.label

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_password_protected(self) -> bool:
        return bool(self.password_hash)

    @property
    def is_for_everybody(self) -> bool:
        """True for a link that was made for the studio's public page (see `public_page`)."""
        return bool(self.slug) and not self.password_hash

    @property
    def has_pin(self) -> bool:
        return bool(self.pin_hash)
