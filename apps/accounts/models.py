"""People, studios and what lets them in."""

from __future__ import annotations

import copy
import hashlib
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from apps.accounts.brand_models import Brand
from apps.accounts.domain_models import Domain, DomainState
from apps.accounts.emails import Email, EmailState
from apps.accounts.journal.models import JournalEntry, JournalSubject
from apps.accounts.long_tasks import Task, TaskSlice, TaskState
from apps.accounts.sign_in_models import BrowserSession, Passkey, WrongPasskey
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.accounts.visit_models import OperatorVisit
from apps.web.compiled_queries import Asked, Compiled, as_sent, together
from apps.web.ids import uuid7
from apps.web.public_url import public_url
from apps.web.refusal import Refusal
from apps.web.typed import fold_password, matches

__all__ = [
    "ApiKey", "Brand", "BrowserSession", "Domain", "DomainState", "Email", "EmailState", "IdempotentReply",
    "Invitation", "JournalEntry", "JournalSubject", "Membership", "MembershipAlbum", "OperatorVisit", "Passkey",
    "QuotaExceeded", "RefreshToken", "Role", "Studio", "Task", "TaskSlice", "TaskState", "User", "UserManager",
    "WrongPasskey", "secret_hash",
]  # fmt: skip


class Role(models.TextChoices):
    """What a member may do; each role may do all that the ones before it may.

    A contributor is no lower viewer but somebody else: such a member adds photos to chosen galleries and opens only
    what says that contributors may (see `access`).
    """

    CONTRIBUTOR = "contributor", "Contributor"
    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def reaches(self, needed: Role) -> bool:
        """True if this role includes `needed`."""
        return self.rank >= needed.rank


class QuotaExceeded(Refusal):
    """The studio's plan has no room; the message says so to a photographer."""

    status = 507
    code = "quota_exceeded"


def secret_hash(secret: str) -> str:
    """SHA-256 (hex) of a random secret of at least 128 bits: a slow hash would add nothing to those."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    """The user with this key."""

    key: UUID


def _by_key(asked: _Known) -> models.QuerySet[User]:
    return User.objects.filter(pk=asked.key)


_BY_KEY: Final = Compiled(_by_key)
_AT_HAND: Final[ContextVar[User | None]] = ContextVar("at_hand", default=None)


@contextmanager
def at_hand(user: User) -> Iterator[None]:
    """Who is looked up by this key meanwhile is this row, which was read a moment ago."""
    before = _AT_HAND.set(user)
    try:
        yield
    finally:
        _AT_HAND.reset(before)


class UserManager(BaseUserManager["User"]):
    def get(self, *args: Any, **kwargs: Any) -> User:
        """As Django's; by the key alone, as each page of a member asks, by a statement that is written once."""
        key = kwargs.get("pk")
        if args or len(kwargs) != 1 or type(key) is not UUID:
            return super().get(*args, **kwargs)
        known = _AT_HAND.get()
        if known is not None and known.pk == key:
            return known
        for row in _BY_KEY(_Known(key)):
            return row
        raise User.DoesNotExist

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail. One person may work in several studios.

    totp_sealed: the secret of the app that shows codes, encrypted.  totp_since: when the first code proved it; null
    while the password alone lets in.  totp_step: of the last code that was used.
    recovery_hashes: of the recovery codes that are left (see `second_factor`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    totp_sealed = models.TextField(blank=True, default="", db_default="", editable=False)
    totp_since = models.DateTimeField(null=True, editable=False)
    totp_step = models.BigIntegerField(default=0, db_default=0, editable=False)
    recovery_hashes = ArrayField(models.CharField(max_length=64), default=list, db_default=[], editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def has_second_factor(self) -> bool:
        """True for who needs a code beside the password."""
        return self.totp_since is not None

    @property
    def is_operator(self) -> bool:
        """True for who runs the installation."""
        return self.is_active and self.email.lower() in settings.OPERATORS

    def set_password(self, raw_password: str | None) -> None:
        """Keep a password as people see it (`typed.fold_password`); not saved."""
        super().set_password(None if raw_password is None else fold_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is this one; also by its own letters, as passwords of before were kept."""
        return raw_password is not None and matches(raw_password, super().check_password)


def default_reminder_days() -> list[int]:
    """How many days before a link closes its clients are reminded."""
    return [7, 1]


class Studio(models.Model):
    """The tenant: one photography business.

    reminder_days: how many days before a link closes its clients are reminded, most first; empty for never.
    quota_albums: how many galleries the plan holds; None for any number.
    trial_ends_at: from when on nothing more comes in; None where it is no trial.
    clients_return: clients find all their galleries on one page, by a code to their email address.
    second_factor_required: its members come in only once they have switched two-step sign-in on.
    agreed_to: of which text an owner agreed to last (see `agreements`); "" for none.
    host: the domain of its own under which guests come, while it is verified (see `domains`); "" for none.
    closing_since: when an owner deleted it; it can be read and restored until its grace is over, and no link opens.
    """

    is_studio = True
    #: The brand that it wears for the guests of a gallery, and the studio as it is otherwise (see `dressed`).
    brand: Brand | None = None
    plain: Studio

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, db_index=False)
    time_zone = models.CharField(max_length=64, default="UTC")
    accent = models.CharField(max_length=7, default="#3b5b54")
    design = models.JSONField(default=dict)
    index_is_public = models.BooleanField(default=False)
    clients_return = models.BooleanField(default=False, db_default=False)
    second_factor_required = models.BooleanField(default=False, db_default=False, editable=False)
    reminder_days = ArrayField(models.PositiveSmallIntegerField(), default=default_reminder_days)
    logo = models.BinaryField(null=True, editable=False)
    logo_version = models.PositiveIntegerField(default=0, editable=False)
    plan = models.CharField(max_length=30, default="standard", editable=False)
    quota_bytes = models.BigIntegerField(default=500 * 10**9, editable=False)
    quota_files = models.PositiveIntegerField(default=200_000, editable=False)
    quota_albums = models.PositiveIntegerField(null=True, editable=False)
    trial_ends_at = models.DateTimeField(null=True, editable=False)
    bytes_used = models.BigIntegerField(default=0, editable=False)
    files_used = models.IntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    agreed_to = models.CharField(max_length=64, default="", db_default="", blank=True, editable=False)
    closing_since = models.DateTimeField(null=True, editable=False)
    host = models.CharField(max_length=253, default="", db_default="", blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="accounts_studio_slug"),
            models.CheckConstraint(condition=Q(bytes_used__gte=0) & Q(files_used__gte=0), name="accounts_studio_usage"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("albums:list", args=[self.slug])

    @property
    def is_closing(self) -> bool:
        return self.closing_since is not None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def hold_zone(self, *, to_change: bool = False) -> ZoneInfo:
        """The zone as it is now, which stays so until the transaction ends.

        Whoever stores what derives from the zone asks here: the change of a zone (`to_change`) waits for them, and
        they wait for it, so that what it has to recompute is all there is.
        """
        share = "" if to_change else "_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"select pg_advisory_xact_lock{share}(hashtextextended(%s, 11))", [str(self.pk)])
        self.time_zone = Studio.objects.values_list("time_zone", flat=True).get(pk=self.pk)
        return self.zone

    @property
    def base_url(self) -> str:
        """What addresses for its guests begin with, without a closing slash."""
        return public_url(self.host)

    def dressed(self, brand: Brand | None) -> Studio:
        """The studio as guests see it under a brand: its name, colour, logo and host. Not to be saved.

        None, and one that was removed, is the studio's own.
        """
        plain: Studio = self.__dict__.get("plain", self)
        if brand is None or brand.removed_at is not None:
            return plain
        worn = copy.copy(plain)
        worn.name, worn.accent, worn.logo_version = brand.name, brand.accent, brand.logo_version
        worn.host = brand.host or plain.host
        worn.brand, worn.plain = brand, plain
        return worn

    @property
    def own_name(self) -> str:
        """What it is called itself, whatever brand it wears."""
        plain: Studio = self.__dict__.get("plain", self)
        return plain.name

    @property
    def logo_url(self) -> str:
        """Address of the logo, or "" if there is none; it changes with the logo."""
        if self.brand is not None:
            return self.brand.logo_url(self.slug)
        if not self.logo_version:
            return ""
        return f"{reverse('sharing:logo_image', args=[self.slug])}?v={self.logo_version}"

    def addresses(self, *roles: Role, album: UUID | None = None) -> list[str]:
        """Email addresses of the members with these roles, the first members first; of nobody who is switched off.

        album: only of who works in this gallery.
        """
        members = self.memberships.filter(role__in=roles, user__is_active=True).order_by("pk")
        if album is not None:
            members = members.filter(Membership.reaching(album))
        return list(members.values_list("user__email", flat=True))

    @property
    def reply_address(self) -> str:
        """Where an answer to the studio's emails goes: to its first owner; "" if there is none."""
        return next(iter(self.addresses(Role.OWNER)), "")

    def take_room(self, size: int) -> None:
        """Count one more file of `size` bytes, or raise QuotaExceeded.

        One conditional UPDATE, so that parallel uploads cannot pass the limit together. Call it in the
        transaction that adds the row: the count is undone with it.
        """
        [taken] = together(self.taking_room(size))
        self.check_taken(taken)

    def taking_room(self, size: int) -> Asked:
        """The statement of `take_room`, for `together`. It locks the studio's row; `check_taken` reads its answer."""
        return as_sent(
            """update accounts_studio set bytes_used = bytes_used + %s, files_used = files_used + 1
               where id = %s and bytes_used <= quota_bytes - %s and files_used < quota_files
                   and (trial_ends_at is null or trial_ends_at > now())
               returning 1""",
            [size, self.pk, size],
        )

    def check_taken(self, taken: Sequence[Any]) -> None:
        """Raise QuotaExceeded where `taking_room` found none. taken: its rows."""
        if not taken:
            raise QuotaExceeded(self.room_sentence())

    def check_galleries(self, used: int) -> None:
        """Raise QuotaExceeded where the plan holds no more galleries than `used`, or the trial is over."""
        if self.is_trial_over:
            raise QuotaExceeded(self.trial_sentence())
        if self.quota_albums is not None and used >= self.quota_albums:
            raise QuotaExceeded(f"Your plan holds {self.quota_albums:,} galleries and all are used.")

    @property
    def is_trial_over(self) -> bool:
        return self.trial_ends_at is not None and self.trial_ends_at <= timezone.now()

    def trial_sentence(self) -> str:
        """When the trial ended, in a photographer's words."""
        assert self.trial_ends_at is not None, "it is a trial"
        day = timezone.localtime(self.trial_ends_at, self.zone)
        return f"Your trial ended on {day:%-d %B %Y}. Everything stays, and nothing can be added."

    def give_room(self, size: int, *, files: int = 1) -> None:
        """The reverse of `take_room`, for files of `size` bytes in all that are gone for good."""
        Studio.objects.filter(pk=self.pk).update(bytes_used=F("bytes_used") - size, files_used=F("files_used") - files)

    def room_sentence(self) -> str:
        """What is left of the plan, in a photographer's words. Reads the row afresh."""
        self.refresh_from_db(fields=["bytes_used", "files_used", "quota_bytes", "quota_files", "trial_ends_at"])
        if self.is_trial_over:
            return self.trial_sentence()
        if self.files_used >= self.quota_files:
            return f"Your plan holds {self.quota_files:,} photos and all are used."
        left = max(0, self.quota_bytes - self.bytes_used)
        return f"Your plan has {left / 10**9:.1f} GB left, too little for this file."


class Membership(StudioModel):
    """A user in a studio.

    is_restricted: works only in the galleries that `gallery_rows` name; without any of these, in none.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.VIEWER)
    is_restricted = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "user"], name="accounts_membership_once"),
            models.CheckConstraint(
                condition=~Q(role=Role.OWNER, is_restricted=True) & ~Q(role=Role.CONTRIBUTOR, is_restricted=False),
                name="accounts_membership_restriction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @property
    def albums(self) -> list[UUID] | None:
        """Ids of the galleries in which the member works, in a lasting order; None for all of the studio."""
        if not self.is_restricted:
            return None
        return sorted(row.album_id for row in self.gallery_rows.all())

    @classmethod
    def reaching(cls, album_id: UUID) -> Q:
        """Which members work in this gallery."""
        return Q(is_restricted=False) | Q(gallery_rows__album_id=album_id)

    def work_in(self, albums: Collection[UUID] | None) -> None:
        """Keep the member to these galleries of the studio, None for all. Call it in the studio's transaction."""
        self.is_restricted = albums is not None
        self.save(update_fields=["role", "is_restricted"])
        self.gallery_rows.exclude(album_id__in=albums or ()).delete()
        known = set(self.gallery_rows.values_list("album_id", flat=True))
        rows = [
            MembershipAlbum(studio_id=self.studio_id, membership=self, album_id=album)
            for album in dict.fromkeys(albums or ())
            if album not in known
        ]
        MembershipAlbum.objects.for_studio(self.studio_id).bulk_create(rows)


class MembershipAlbum(StudioModel):
    """A gallery in which a restricted member works. It goes with the member and with the gallery."""

    membership = TenantKey(Membership, related_name="gallery_rows")
    album = TenantKey("albums.Album", related_name="+")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("membership"),
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "membership", "album"], name="accounts_membershipalbum_once"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.album_id}"


class Invitation(StudioModel):
    """An offer to join a studio, sent by email. The token is known to the email alone; the row keeps its hash.

    albums: ids of the galleries in which the person will work, None for all. Those deleted until then are left out.
    """

    LIFETIME = timedelta(days=14)

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=12, choices=Role.choices)
    albums = ArrayField(models.UUIDField(), null=True)
    token_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "email"], name="accounts_invitation_email"),
            models.UniqueConstraint(fields=["studio", "token_hash"], name="accounts_invitation_token"),
        ]
        indexes = [models.Index(fields=["token_hash"], name="accounts_invitation_hash")]

    def __str__(self) -> str:
        return f"{self.email} {self.role}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > timezone.now()

    @property
    def email_key(self) -> str:
        """The key of the email that carries this offer; an offer made anew has another."""
        return f"invitation:{self.pk}:{self.token_hash[:16]}"


class ApiKey(StudioModel):
    """A key of an integration. Acts for the member who made it, never beyond that member's role.

    expires_at: when it stops working; null for never.
    """

    SCOPES = ("read", "upload", "albums", "share", "people", "admin")

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "key_hash"], name="accounts_apikey_hash"),
        ]
        indexes = [models.Index(fields=["key_hash"], name="accounts_apikey_lookup")]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @classmethod
    def make(
        cls, studio: Studio, user: User, *, name: str, scopes: list[str], expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which is shown once and kept nowhere."""
        secret = f"gk_{secrets.token_urlsafe(32)}"
        row = cls(
            studio=studio,
            made_by=user,
            name=name,
            scopes=scopes,
            prefix=secret[:10],
            key_hash=secret_hash(secret),
            expires_at=expires_at,
        )
        row.save()
        return row, secret


class ProcessingAgreement(StudioModel):
    """An owner agreed to the operator's text, kept as it was read.

    sha256: of the text.  name, email: of who agreed, kept when the person leaves.
    """

    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    agreed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField()
    agreed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "sha256"], name="accounts_processingagreement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.email} {self.agreed_at:%Y-%m-%d}"


class RefreshToken(StudioModel):
    """One refresh token of an API session. Spent once; its successors share the family."""

    LIFETIME = timedelta(days=30)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    family = models.UUIDField(default=uuid7)
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "token_hash"], name="accounts_refresh_hash"),
        ]
        indexes = [
            models.Index(fields=["token_hash"], name="accounts_refresh_lookup"),
            models.Index(fields=["studio", "family"], name="accounts_refresh_family"),
        ]

    def __str__(self) -> str:
        return str(self.family)

    def end_session(self) -> None:
        """No token of its family works any more. Run in `across_studios()`."""
        RefreshToken.objects.filter(studio=self.studio_id, family=self.family).update(revoked_at=timezone.now())


class IdempotentReply(StudioModel):
    """The answer once given to an `Idempotency-Key`, so that a repeated request creates nothing twice."""

    KEPT = timedelta(hours=24)

    key = models.CharField(max_length=128)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "user", "key"], name="accounts_idempotency_once"),
        ]
        indexes = [models.Index(fields=["studio", "created_at"], name="accounts_idempotency_age")]

    def __str__(self) -> str:
        return self.key
