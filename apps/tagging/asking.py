"""Asking the first provider, and the second where it fails. Run outside of any transaction.

A fault that may pass is tried once more; a provider that fails three times in a row rests for five minutes. Each try
asks anew whether pictures may be sent there, and is counted before it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.tagging import answers, consent, protocols, sending, spending
from apps.tagging.addresses import AddressRefused
from apps.tagging.answers import BadAnswer, Proposal
from apps.tagging.models import AiProvider
from apps.tagging.protocols import ModelAnswer, ModelQuestion, NoAnswer
from apps.tagging.sending import ProviderFault
from apps.web.refusal import Refusal

TRIES: Final = 2
PAUSE_SECONDS: Final = 1.0


class NobodyAnswers(Refusal):
    """No provider gave a useful answer; a job waits and asks again."""

    status = 503
    code = "ai_away"
    sentence = "The server for descriptions doesn’t answer."
    wait = 300


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """model: who said it."""

    proposals: list[Proposal]
    model: str


def ask(studio: Studio, purpose: str, question: ModelQuestion) -> ProviderAnswer:
    """Proposals of the first provider that answers usefully.

    Raises DescriptionsOff, CapReached, NobodyAnswers with the last reason.
    """
    with acting_in(studio):
        consent.require(studio)
        providers = consent.providers_of(studio)
    reason = ""
    for provider in providers:
        if provider.rests:
            reason = reason or "The server failed several times and is asked again in a few minutes."
            continue
        try:
            answered = _with_retries(studio, provider, partial(_once, studio, provider, purpose, question))
        except (ProviderFault, AddressRefused) as fault:
            reason = str(fault)
            continue
        if answered is not None:
            return answered
    raise NobodyAnswers(reason)


def _with_retries(
    studio: Studio, provider: AiProvider, once: Callable[[], ProviderAnswer | None]
) -> ProviderAnswer | None:
    """None if nobody agreed to this provider. Raises ProviderFault, AddressRefused, CapReached."""
    for number in range(1, TRIES + 1):
        try:
            answered = once()
        except ProviderFault as fault:
            if number < TRIES and fault.is_passing:
                time.sleep(PAUSE_SECONDS)
                continue
            with acting_in(studio):
                provider.failed()
            raise
        if answered is not None:
            with acting_in(studio):
                provider.succeeded()
        return answered
    raise AssertionError("the last try returns or raises")


def _once(studio: Studio, provider: AiProvider, purpose: str, question: ModelQuestion) -> ProviderAnswer | None:
    with acting_in(studio):
        settings = consent.settings_of(studio)
    if not consent.may_send(settings, provider):
        return None
    reserved, answer = spending.reserve(studio, settings, provider), None
    try:
        body = protocols.body_of(provider.kind, provider.model, question)
        came = sending.post(provider.url, protocols.path_of(provider.kind), body, provider.key)
        answer = _read(provider, came)
    finally:
        spending.settle(reserved, answer)
    try:
        return ProviderAnswer(answers.read(purpose, answer.text), provider.model)
    except BadAnswer:
        raise ProviderFault("The model answered something else than was asked for.", is_passing=True) from None


def _read(provider: AiProvider, came: bytes) -> ModelAnswer:
    try:
        return protocols.read(provider.kind, came)
    except NoAnswer as bad:
        raise ProviderFault(str(bad) or "The server’s answer broke off.", is_passing=True) from None
