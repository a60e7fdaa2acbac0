"""Digits by email that prove an address."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.tenancy import StudioModel


class MailedCode(StudioModel):
    """A row of somebody who proves an email address by a code, and stays known in browsers until signed out.

    version: rises to sign the person out everywhere.
    code_hash: the 6 digits that were emailed last, until `code_expires_at`.
    """

    CODE_DIGITS = 6
    CODE_VALID = timedelta(minutes=10)
    CODE_SALT: ClassVar[str]

    version = models.PositiveIntegerField(default=1, editable=False)
    code_hash = models.CharField(max_length=128, blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        abstract = True

    def sign_out(self) -> None:
        """End this person's sessions in every browser; whoever gives the email address next proves it by a code."""
        type(self).objects.for_studio(self.studio_id).filter(pk=self.pk).update(version=F("version") + 1)
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
        rows = type(self).objects.for_studio(self.studio_id).filter(pk=self.pk, code_hash=self.code_hash)
        return bool(rows.update(code_hash="", code_expires_at=None))

    def _hash(self, code: str) -> str:
        # Keyed with the installation's secret: a stolen table does not tell six digits. A slow hash would add little to
        # what lives for ten minutes.
        text = f"{self.pk.hex}:{self.version}:{code}"
        return salted_hmac(self.CODE_SALT, text, algorithm="sha256").hexdigest()
