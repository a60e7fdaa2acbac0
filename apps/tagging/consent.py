"""Agreeing in words that pictures are sent, and to whom; and taking that back. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import Studio, User
from apps.jobs.models import Job, State
from apps.tagging.models import DESCRIBE, AiProvider, AiSettings
from apps.web.refusal import Refusal

#: Raise with every change of the text: who agreed is asked for by version.
VERSION: Final = 1
_TEXT: Final = (
    "For each photo that is to be described, a reduced copy of at most 1024 pixels goes to {to}, without the data that "
    "the camera wrote into it. With it go the names of people you named, the place, the date and the gallery’s title.",
    "Whoever runs this server sees these pictures. You need a reason to send pictures of people there, as a rule their "
    "consent, and an agreement with that company if it isn’t your own server.",
    "You can switch this off at any time. Nothing is sent from then on; what was suggested and accepted stays.",
)


class DescriptionsOff(Refusal):
    """Nobody has agreed, or to other servers than those of now."""

    status = 409
    code = "ai_off"
    sentence = "Descriptions are switched off in this studio."


class SendingNotAgreed(Refusal):
    """Nobody said that they may do this."""

    status = 422
    code = "not_agreed"
    sentence = "Confirm that you may send your photos to this server."


class NoProvider(Refusal):
    """There is nobody to ask."""

    status = 409
    code = "no_provider"
    sentence = "Enter a server first."


def settings_of(studio: Studio) -> AiSettings:
    """The studio's row; one that is not saved, and off, if there is none."""
    return AiSettings.objects.for_studio(studio).first() or AiSettings(studio=studio)


def providers_of(studio: Studio) -> list[AiProvider]:
    """Who is asked, in order."""
    return list(AiProvider.objects.for_studio(studio).order_by("position"))


def text_for(providers: Sequence[AiProvider]) -> list[str]:
    """What is agreed to, paragraph by paragraph."""
    return [paragraph.format(to=" and ".join(_addresses(providers)) or "the server") for paragraph in _TEXT]


def _addresses(providers: Sequence[AiProvider]) -> list[str]:
    return list(dict.fromkeys(provider.url for provider in providers))


def may_send(settings: AiSettings, provider: AiProvider) -> bool:
    """True if somebody agreed that pictures go to this very address, to the text of today."""
    return settings.is_on and settings.consent_version == VERSION and provider.url in settings.consent_to


def require(studio: Studio) -> AiSettings:
    """Raises DescriptionsOff unless at least one server may be sent pictures."""
    settings = settings_of(studio)
    if not any(may_send(settings, provider) for provider in providers_of(studio)):
        raise DescriptionsOff
    return settings


def switch_on(studio: Studio, *, by: User, agreed: bool) -> AiSettings:
    """Let pictures be sent to the servers of now. Raises SendingNotAgreed, NoProvider."""
    providers = providers_of(studio)
    if not providers:
        raise NoProvider
    if not agreed:
        raise SendingNotAgreed
    settings, to = settings_of(studio), _addresses(providers)
    settings.is_on, settings.consent_to = True, to
    settings.consent_by, settings.consent_at, settings.consent_version = by, timezone.now(), VERSION
    settings.save()
    journal.note(studio, by, "ai.on", version=VERSION, to=to)
    return settings


def switch_off(studio: Studio, *, by: User) -> AiSettings:
    """Send nothing from now on; what waits is taken out of the queue. Twice is once."""
    settings = settings_of(studio)
    if settings.is_on:
        settings.is_on = False
        settings.save(update_fields=["is_on"])
        Job.objects.for_studio(studio).filter(kind__startswith=f"{DESCRIBE}.", state=State.PENDING).delete()
        journal.note(studio, by, "ai.off")
    return settings
