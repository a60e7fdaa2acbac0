"""What a month may cost: counted before it is asked, so that requests at once cannot exceed the cap together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.tagging.models import AiProvider, AiSettings, AiUsage
from apps.tagging.protocols import MOST_TOKENS, ModelAnswer
from apps.tagging.server_models import AiServer
from apps.web.refusal import Refusal

#: A picture of 1024 pixels and the longest prompt cost no more with any provider known; what a server counts is
#: believed up to ten times of it.
MOST_TOKENS_IN: Final = 4_000


class CapReached(Refusal):
    """Another request could exceed what the studio allows for a month."""

    status = 409
    code = "cap_reached"
    sentence = "This month’s limit for descriptions is reached. An owner can raise it."


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was counted for a request that is on its way."""

    studio_id: UUID
    month: date
    server: AiServer
    tokens_in: int
    tokens_out: int

    @property
    def cost(self) -> int:
        """The most that it can cost, in millionths of hundredths of the currency."""
        return _cost(self.server, self.tokens_in, self.tokens_out)


def month_of(studio: Studio) -> date:
    """The first day of the month on the studio's clock."""
    return timezone.now().astimezone(studio.zone).date().replace(day=1)


def usage_of(studio: Studio) -> AiUsage:
    """What this month cost so far; a row that is not saved if nothing was asked."""
    month = month_of(studio)
    return AiUsage.objects.for_studio(studio).filter(month=month).first() or AiUsage(studio=studio, month=month)


def reserve(
    studio: Studio,
    settings: AiSettings,
    server: AiServer,
    *,
    tokens_in: int = MOST_TOKENS_IN,
    tokens_out: int = MOST_TOKENS,
) -> Reserved:
    """Count the most that a request can cost, in a transaction of its own. Raises CapReached."""
    most = _cost(server, tokens_in, tokens_out)
    with acting_in(studio):
        usage = AiUsage.held(studio.pk, month_of(studio))
        if most and usage.cost + most > settings.monthly_cap * AiUsage.MILLION:
            raise CapReached
        usage.requests += 1
        usage.cost += most
        usage.save(update_fields=["requests", "cost"])
        return Reserved(studio.pk, usage.month, server, tokens_in, tokens_out)


def settle(reserved: Reserved, answer: ModelAnswer | None) -> None:
    """Count what it cost in the place of the most. answer: None if nothing came back, which costs nothing.

    A server that counts no tokens is believed to have used the most.
    """
    tokens_in, tokens_out, cost = 0, 0, 0
    if answer is not None:
        tokens_in = _believed(answer.tokens_in, reserved.tokens_in)
        tokens_out = _believed(answer.tokens_out, reserved.tokens_out)
        cost = _cost(reserved.server, tokens_in, tokens_out)
    with acting_in(reserved.studio_id):
        usage = AiUsage.held(reserved.studio_id, reserved.month)
        usage.cost = max(0, usage.cost - reserved.cost) + cost
        usage.tokens_in += tokens_in
        usage.tokens_out += tokens_out
        usage.save(update_fields=["cost", "tokens_in", "tokens_out"])


def _believed(counted: int | None, most: int) -> int:
    return min(counted if counted is not None else most, 10 * most)


def _cost(server: AiServer, tokens_in: int, tokens_out: int) -> int:
    """In millionths of hundredths of the currency. An embedding answers no tokens."""
    price_out = server.price_out if isinstance(server, AiProvider) else 0
    return server.price_in * tokens_in + price_out * tokens_out
