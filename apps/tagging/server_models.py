"""A server of a model that a studio asks: its protocol, its key, and its circuit breaker."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.web import sealed

PURPOSE = "tagging"


class ProviderKind(models.TextChoices):
    OLLAMA = "ollama", "Ollama"
    OPENAI = "openai", "OpenAI-compatible"


class AiServer(StudioModel):
    """url: what its protocol's paths follow, as https://api.openai.com/v1.  sealed_key: the API key, encrypted.

    price_in: hundredths of the currency for a million tokens sent.
    failures: in a row.  rests_until: it is not asked before, because it failed so often (the circuit is open).
    """

    MOST_FAILURES: ClassVar[int] = 3
    RESTS: ClassVar[timedelta] = timedelta(minutes=5)

    kind = models.CharField(max_length=6, choices=ProviderKind.choices)
    url = models.CharField(max_length=300)
    model = models.CharField(max_length=100)
    sealed_key = models.TextField(blank=True, editable=False)
    price_in = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.url}"

    @property
    def key(self) -> str:
        """The API key; "" if there is none, or nobody can read it any more."""
        return sealed.unseal(self.sealed_key, PURPOSE) if self.sealed_key else ""

    @key.setter
    def key(self, text: str) -> None:
        self.sealed_key = sealed.seal(text, PURPOSE) if text else ""

    @property
    def rests(self) -> bool:
        return self.rests_until is not None and self.rests_until > timezone.now()

    def succeeded(self) -> None:
        """It answered: the circuit closes."""
        if self.failures or self.rests_until:
            self.failures, self.rests_until = 0, None
            self.save(update_fields=["failures", "rests_until"])

    def failed(self) -> None:
        """It did not answer, or not usefully. After `MOST_FAILURES` in a row it rests; one try decides then."""
        self.failures = min(self.failures + 1, self.MOST_FAILURES)
        if self.failures >= self.MOST_FAILURES:
            self.rests_until = timezone.now() + self.RESTS
        self.save(update_fields=["failures", "rests_until"])
