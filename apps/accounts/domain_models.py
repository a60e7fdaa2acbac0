"""The host of a studio's own, and what is known of it."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.brand_models import Brand
from apps.accounts.domain_names import PREFIX
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.web.public_url import public_host


class DomainState(models.TextChoices):
    PENDING = "pending", "Waiting"
    VERIFIED = "verified", "Verified"
    FAILED = "failed", "Not verified"


def new_proof() -> str:
    """What only who may write the domain's records can put there: 128 random bits."""
    return secrets.token_hex(16)


class Domain(StudioModel):
    """A host under which a studio's galleries open, once DNS proves that it is theirs and leads here.

    brand: whose galleries' addresses are written with it; null for all that wear no brand with a domain.
    host: in lower case, letters of other scripts as `xn--`.  proof: what its TXT record has to say.
    problem: what was seen at the last look and what is wanted, in sentences; "" if all was right.
    checked_at: of the last look; null until then.  missing_since: since when a verified domain's records are not right.
    `Studio.host` or `Brand.host` has the host while it is verified: addresses are written without a look here.
    """

    brand = TenantKey(Brand, null=True, related_name="domains", db_index=False)
    host = models.CharField(max_length=253)
    proof = models.CharField(max_length=64, default=new_proof)
    state = models.CharField(max_length=8, choices=DomainState.choices, default=DomainState.PENDING)
    problem = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("brand"),
            models.UniqueConstraint(fields=["studio", "brand"], nulls_distinct=False, name="accounts_domain_one"),
            # A host leads to one studio. Over all of them, as the slugs of studios are.
            models.UniqueConstraint(fields=["host"], condition=Q(state="verified"), name="accounts_domain_host"),
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def is_verified(self) -> bool:
        return self.state == DomainState.VERIFIED

    @property
    def record(self) -> str:
        """Where the text that proves it has to stand."""
        return f"{PREFIX}.{self.host}"

    @property
    def text(self) -> str:
        """What that record has to say."""
        return f"glassine={self.proof}"

    @property
    def target(self) -> str:
        """Where the host has to lead."""
        return public_host()
