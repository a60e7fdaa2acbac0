"""Rows by which a person is signed in, or signs in, without a password: sessions of browsers, and passkeys."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from apps.web.ids import uuid7
from apps.web.refusal import Refusal

if TYPE_CHECKING:
    from apps.accounts.session_store import SessionStore


class BrowserSession(AbstractBaseSession):
    """A session of a browser. Its key is a secret: pages name it by `handle`.

    user: who is signed in; null before that.  seen_at: last use, to within `STEP`.
    """

    # How exactly it is known when a session was last used; each step costs one UPDATE.
    STEP = timedelta(minutes=10)

    # A session that nobody used for so long has ended, and each ends after the age of the settings, however it is used.
    IDLE = timedelta(days=7)
    LONGEST = timedelta(seconds=settings.SESSION_COOKIE_AGE)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    device = models.CharField(max_length=60, blank=True, db_default="")
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        # The engine imports this model.
        from apps.accounts.session_store import SessionStore

        return SessionStore

    @property
    def is_living(self) -> bool:
        """False once nobody used it for `IDLE`, or it began longer ago than any session may last."""
        now = timezone.now()
        return now - self.seen_at < self.IDLE and now - self.began_at < self.LONGEST

    @property
    def is_recent(self) -> bool:
        """Whether it need not be written down that it is used now."""
        return timezone.now() - self.seen_at <= self.STEP

    @property
    def handle(self) -> str:
        """A name of the session that opens nothing."""
        return hashlib.sha256(f"session {self.session_key}".encode()).hexdigest()[:32]


class WrongPasskey(Refusal):
    """Not an answer to what was asked, or of no key that is known here."""

    status = 401
    code = "wrong_passkey"
    sentence = "This passkey can’t be used here. Try again, or sign in with your password."


class Passkey(models.Model):
    """One key of a person.

    credential_id: by which the device calls it.  credential: its id, kind of authenticator and public key, as WebAuthn
    packs them ("attested credential data").  sign_count: the device's counter at the last use; 0 if it keeps none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    credential = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    def note_use(self, count: int) -> None:
        """Remember a sign-in. Raises WrongPasskey when the counter stands still: then there is a copy of the key."""
        if count and count <= self.sign_count:
            raise WrongPasskey
        self.sign_count, self.last_used_at = count, timezone.now()
        self.save(update_fields=["sign_count", "last_used_at"])
