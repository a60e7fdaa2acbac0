"""Share links."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import Studio, User, secret_hash
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Agreement, Album, Audience
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.sharing.models import secrets
from apps.sharing.models.shown import Shown
from apps.web.days import end_of_day
from apps.web.refusal import Unsuitable

EXTENSION_DAYS = 30
LONGEST_RUN = timedelta(days=10 * 366)
# The job that has the previews of an album's photos made under its watermark.
WATERMARKS_JOB = "marks"


class Download(models.TextChoices):
    NONE = "none", "No downloads"
    WEB = "web", "Web size (2400 px)"
    ORIGINAL = "original", "Original files"


class Metadata(models.TextChoices):
    """What a downloaded file keeps of what the camera and the photographer wrote into it. Pixels never change."""

    ALL = "all", "Keep everything"
    COPYRIGHT = "copyright", "Copyright only, no location or serial numbers"
    NONE = "none", "Nothing"


class ShowsPeople(models.TextChoices):
    """What a link tells of who is in its photos."""

    OFF = "off", "Not shown"
    FACES = "faces", "Faces"
    NAMES = "names", "Faces and names"


class TakesUploads(models.TextChoices):
    """Whether guests send photos through a link."""

    OFF = "off", "No"
    ON = "on", "Guests add photos"
    # No list, count, picture or name of others is reached by such a link.
    DROP = "drop", "Guests only add photos and see none"


# Which links open at their readable address: those with a password, and those that the studio's public page offers.
READABLE = Q(password_hash__gt="") | Q(is_main=False, studio__index_is_public=True, album__is_listed=True)


class ShareLink(StudioModel):
    """A capability: whoever has the token may see one album, within its rights, until it ends.

    The links of an album are its audiences ("couple", "guests", "florist"). `is_main`: the client's own link; who
    comes by it sees what the client hid from the others, and may hide.
    download_limit: how many photos may be taken through the link in all; None for any number.
    file_names: a pattern of the names of downloaded files (see `links.file_names`); "" for as the camera called them.
    asks_identity: name and e-mail are asked before entering, instead of after the first mark.
    has_reminders: emails remind its clients before it closes (see `reminders`).
    people: whether faces stand above its photos, to choose photos by.
    may_find: guests may hold up a picture of themselves and see the photos that may show them.
    may_search: guests may search its photos by words, names of files and days (see `gallery.search`).
    may_see_places: guests see in which town and country photos were taken, and may search for them.
    only_agreed: of its photos those alone in which everybody has agreed to be shown (see `audience`).
    upload: whether guests send photos through it.  uploads_wait: they are hidden until the studio approves them.
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
    file_names = models.CharField(max_length=100, blank=True, default="", db_default="")
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    pin_sealed = models.CharField(max_length=300, blank=True, editable=False)
    pin_version = models.PositiveIntegerField(default=1, editable=False)
    may_favourite = models.BooleanField(default=False)
    may_comment = models.BooleanField(default=False)
    may_rate = models.BooleanField(default=False)
    is_main = models.BooleanField(default=False)
    asks_identity = models.BooleanField(default=False)
    is_watermarked = models.BooleanField(default=False)
    people = models.CharField(
        max_length=5, choices=ShowsPeople.choices, default=ShowsPeople.OFF, db_default=ShowsPeople.OFF.value
    )
    only_agreed = models.BooleanField(default=False, db_default=False)
    may_find = models.BooleanField(default=False, db_default=False)
    may_search = models.BooleanField(default=False, db_default=False)
    may_see_places = models.BooleanField(default=False, db_default=False)
    upload = models.CharField(
        max_length=4, choices=TakesUploads.choices, default=TakesUploads.OFF, db_default=TakesUploads.OFF.value
    )
    uploads_wait = models.BooleanField(default=True, db_default=True)
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

    #: Of its album, as it was when the link was read by its address; else None (see `albums.versions`).
    shown_version: str | None = None

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
    def audience(self) -> Audience:
        """Who its guests are to the photos.

        A link with a password is inside: so are those shown who agree to that alone.
        """
        agreed = Agreement.INSIDE if self.password_hash else Agreement.EVERYONE
        least = agreed if self.only_agreed else Agreement.UNKNOWN
        return Audience(self.pk, self.is_main, least, sees_nothing=self.upload == TakesUploads.DROP)

    @property
    def is_for_everybody(self) -> bool:
        """True for a link that was made for the studio's public page (see `public_page`)."""
        return bool(self.slug) and not self.password_hash

    @property
    def has_pin(self) -> bool:
        return bool(self.pin_hash)

    # -- its secrets, for editors and owners only --------------------------------------------------------

    @property
    def token(self) -> str:
        """ "" if it cannot be shown any more."""
        return secrets.unseal(self.token_sealed)

    @property
    def pin(self) -> str:
        """ "" if there is none, or it cannot be shown any more."""
        return secrets.unseal(self.pin_sealed) if self.pin_sealed else ""

    @property
    def readable_key(self) -> str:
        """What stands in its readable URL."""
        return f"{self.studio.slug}.{self.slug}"

    @property
    def key(self) -> str:
        """What stands in the URL that the studio sends: the readable key, else the token.

        The readable URL of a link for everybody ends with the public page, so the token is what is sent.
        """
        return self.readable_key if self.slug and not self.is_for_everybody else self.token

    @property
    def face(self) -> Studio:
        """The studio as its guests see it: under the brand that the gallery wears."""
        return self.studio.dressed(self.album.brand)

    @property
    def path(self) -> str:
        """Its address under any host that leads to it; "" if it cannot be shown any more."""
        key = self.key
        return reverse("sharing:gallery", args=[key]) if key else ""

    @property
    def url(self) -> str:
        """What the studio sends to the client; "" if it cannot be shown any more."""
        path = self.path
        return f"{self.face.base_url}{path}" if path else ""

    def set_token(self, token: str) -> None:
        """Let it open by this token; not saved."""
        self.token_hash, self.token_sealed = secret_hash(token), secrets.seal(token)

    def set_password(self, password: str) -> None:
        """Ask for this password, or with "" for none; not saved."""
        self.password_hash = secrets.hash_password(password) if password else ""

    def set_pin(self, pin: str) -> None:
        """Ask for this PIN before a download, or with "" for none; not saved. Who gave the old one gives it anew."""
        self.pin_hash = secrets.hash_password(pin) if pin else ""
        self.pin_sealed = secrets.seal(pin) if pin else ""
        self.pin_version += 1

    def is_password(self, password: str) -> bool:
        """Slow on purpose; reserve a guess before."""
        return secrets.is_password(password, self.password_hash)

    def is_pin(self, pin: str) -> bool:
        """Slow on purpose; reserve a guess before."""
        return self.has_pin and secrets.is_password(pin, self.pin_hash)

    # -- its life: each act stands in the journal; run them in `acting_in(studio)` -------------------------

    def hold(self, *columns: str) -> None:
        """Lock the row until the transaction ends and read columns afresh: what changed meanwhile is not put back."""
        rows: Any = ShareLink.objects.for_studio(self.studio_id).select_for_update(no_key=True)
        self.refresh_from_db(fields=columns, from_queryset=rows)

    def revoke(self, *, by: User) -> None:
        """Close it; every guest is out. Revoking twice keeps the first moment."""
        if self.is_revoked:
            return
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])
        self.put_guests_out()
        note(self.studio, by, "link.revoked", self)

    def restore(self, *, by: User) -> None:
        """Let it open again after it was revoked. Its guests give the password anew."""
        if not self.is_revoked:
            return
        self.revoked_at = None
        self.save(update_fields=["revoked_at"])
        note(self.studio, by, "link.restored", self)
        self.request_watermarks()

    def end_sessions(self, *, by: User) -> None:
        """Every guest comes in anew: by the password, if there is one, and the PIN."""
        self.put_guests_out()
        note(self.studio, by, "link.sessions_ended", self)

    def put_guests_out(self) -> None:
        """End every guest's session: passes are bound to the versions."""
        mine = ShareLink.objects.for_studio(self.studio_id).filter(pk=self.pk)
        mine.update(version=F("version") + 1, pin_version=F("pin_version") + 1)
        self.refresh_from_db(fields=["version", "pin_version"])

    def renew_pin(self, *, by: User) -> str:
        """Another download PIN, which is returned. Whoever gave the old one gives the new one."""
        pin = secrets.new_pin()
        self.set_pin(pin)
        self.save(update_fields=["pin_hash", "pin_sealed", "pin_version"])
        note(self.studio, by, "link.new_pin", self)
        return pin

    def extend(self, days: int = EXTENSION_DAYS, *, by: User) -> date:
        """Stay open for so many more days, counted from the end or from today if that is over. Returns the last day.

        Guests keep their sessions. Raises Unsuitable for a link without an end, or beyond what a link may run.
        """
        today = timezone.localdate(timezone=self.studio.zone)
        self.hold("expires_on", "expires_at")
        if self.expires_on is None:
            raise Unsuitable("expires_on", "This link never expires.")
        if not 1 <= days <= LONGEST_RUN.days:
            raise Unsuitable("days", "Choose between one day and ten years.")
        last_day: date = max(today, self.expires_on) + timedelta(days=days)
        if last_day > today + LONGEST_RUN:
            raise Unsuitable("expires_on", "A link can stay open for ten years at most.")
        self.set_end(last_day, self.studio.hold_zone())
        self.save(update_fields=["expires_on", "expires_at"])
        note(self.studio, by, "link.extended", self, days=days, expires_on=last_day.isoformat())
        return last_day

    def set_end(self, last_day: date | None, zone: ZoneInfo) -> None:
        """Let it close at the end of a day in the studio's zone, or with None never; not saved."""
        self.expires_on, self.expires_at = last_day, end_of_day(last_day, zone) if last_day else None

    def remove(self, *, by: User) -> None:
        """Delete it for ever; its URL then leads nowhere."""
        note(self.studio, by, "link.deleted", self, label=self.label)
        self.delete()

    def request_watermarks(self) -> None:
        """Have the previews under its watermark made before its guests come."""
        if self.is_watermarked and not self.is_revoked:
            queue.put(self.studio_id, WATERMARKS_JOB, self.album_id, queue=Queue.DEFAULT, again=True)
