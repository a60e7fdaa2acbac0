"""Tags and descriptions by a provider: who agreed to it, who is asked, what it cost, and what was suggested."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.tagging.meaning_models import MeaningServer, MeaningWait, PhotoMeaning
from apps.tagging.server_models import AiServer, ProviderKind

__all__ = [
    "AiPrompt",
    "AiProvider",
    "AiSettings",
    "AiUsage",
    "MeaningServer",
    "MeaningWait",
    "PhotoMeaning",
    "PromptTrial",
    "ProviderKind",
    "Purpose",
    "Suggestion",
    "SuggestionState",
    "TrialState",
]

#: Kinds of jobs: one photo is described, "describe.<purpose>"; a prompt is tried.
DESCRIBE, TRY = "describe", "prompt_trial"


class Purpose(models.TextChoices):
    """What a provider is asked for."""

    TAGS = "tags", "Keywords"
    CAPTION = "caption", "Caption"
    ALT = "alt", "Alt text"
    EVENT = "event", "Event"


def first_purposes() -> list[str]:
    """What is asked for until a studio chooses."""
    return [Purpose.TAGS.value, Purpose.CAPTION.value, Purpose.ALT.value]


class AiSettings(StudioModel):
    """Whether photos are described in a studio, and who agreed to what. A studio without a row never has.

    consent_version: of the text that was agreed to (see `consent`).  consent_to: the addresses that it named; another
    is sent nothing.  purposes: what is asked for.  language: of the answers, as "de".
    describes_new: photos are described when they come.
    accept_from: suggestions of so many percent are accepted by themselves; null for none.
    monthly_cap: hundredths of the currency in which prices are given; nothing is asked that could exceed it.
    """

    is_on = models.BooleanField(default=False)
    consent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    consent_at = models.DateTimeField(null=True)
    consent_version = models.PositiveSmallIntegerField(default=0)
    consent_to = ArrayField(models.CharField(max_length=300), default=list)
    purposes = ArrayField(models.CharField(max_length=10), default=first_purposes)
    language = models.CharField(max_length=8, default="en")
    describes_new = models.BooleanField(default=False)
    accept_from = models.PositiveSmallIntegerField(null=True)
    monthly_cap = models.PositiveIntegerField(default=500)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio"], name="tagging_settings_once"),
            # Nothing is sent without a person who answers for it.
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(consent_at__isnull=False) & ~Q(consent_to=[]),
                name="tagging_settings_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"descriptions of {self.studio_id}: {'on' if self.is_on else 'off'}"


class AiProvider(AiServer):
    """A server that is asked to describe: the first, and the second where the first fails.

    position: 1 or 2.  price_out: hundredths of the currency for a million tokens answered.
    """

    position = models.PositiveSmallIntegerField()
    price_out = models.PositiveIntegerField(default=0)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "position"], name="tagging_provider_position"),
            models.CheckConstraint(condition=Q(position__in=(1, 2)), name="tagging_provider_two"),
        ]


class AiPrompt(StudioModel):
    """A prompt as the studio wrote it; without a row the one of `prompts` is used."""

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    text = models.TextField(max_length=2000)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "purpose"], name="tagging_prompt_once"),
        ]

    def __str__(self) -> str:
        return self.purpose


class AiUsage(StudioModel):
    """What a month cost. cost: millionths of hundredths of the currency; what is being asked counts with its most.

    month: its first day.
    """

    MILLION: ClassVar[int] = 1_000_000

    month = models.DateField()
    requests = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveBigIntegerField(default=0)
    tokens_out = models.PositiveBigIntegerField(default=0)
    cost = models.PositiveBigIntegerField(default=0)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "month"], name="tagging_usage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.requests}"

    @property
    def in_hundredths(self) -> int:
        """The cost in hundredths of the currency, rounded up."""
        return -(-self.cost // self.MILLION)

    @classmethod
    def held(cls, studio_id: UUID, month: date) -> AiUsage:
        """The month's row, made if need be and locked until the transaction ends."""
        rows = cls.objects.for_studio(studio_id)
        rows.get_or_create(studio_id=studio_id, month=month)
        row: AiUsage = rows.select_for_update().get(month=month)
        return row


class TrialState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class PromptTrial(StudioModel):
    """A prompt tried on one photo; of a studio the last one is kept, and nothing of it goes into the photo.

    proposals: texts with their percent.  problem: why there are none, a sentence.
    """

    photo = TenantKey(Photo, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    prompt = models.TextField(max_length=2000)
    state = models.CharField(max_length=7, choices=TrialState.choices, default=TrialState.WAITING)
    proposals = models.JSONField(default=list)
    model = models.CharField(max_length=100, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio"], name="tagging_trial_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"

    @classmethod
    def within(cls, member: Works) -> Q:
        """None: prompts are the whole studio's."""
        return Q(pk__in=())


class SuggestionState(models.TextChoices):
    OPEN = "open", "To review"
    ACCEPTED = "accepted", "Accepted"
    AUTOMATIC = "automatic", "Accepted automatically"
    REJECTED = "rejected", "Rejected"


class Suggestion(StudioModel):
    """What a provider proposed for a photo. An accepted one stays: it says where the keyword or text came from.

    folded: tells keywords from each other; of the other purposes there is one text each.  confidence: percent.
    model: who said it.  decided_by: None for what was accepted by itself.
    """

    noun = "suggestion"
    journalled = {"state": "state", "decided_at": "date", "decided_by_id": "member"}

    photo = TenantKey(Photo, related_name="suggestions")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    text = models.CharField(max_length=500)
    folded = models.CharField(max_length=320, blank=True)
    confidence = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    model = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    ORDER: ClassVar[tuple[str, str]] = ("-confidence", "id")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "photo", "purpose", "folded"], name="tagging_suggestion_once"),
            models.CheckConstraint(condition=Q(confidence__lte=100), name="tagging_suggestion_percent"),
        ]
        indexes = [
            models.Index(
                fields=["studio", "-confidence", "id"], condition=Q(state="open"), name="tagging_suggestion_open"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def within(cls, member: Works) -> Q:
        """Those of photos in a restricted member's galleries."""
        return Q(photo__in=Photo.objects.visible_to(member))
