"""Asking the studio's server for embeddings of texts.

Each try asks anew whether texts may be sent there, and is counted before it is sent. Three failures in a row let the
server rest for five minutes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.tagging import asking, consent, sending, spending
from apps.tagging.addresses import AddressRefused
from apps.tagging.asking import NobodyAnswers
from apps.tagging.meaning import agreement, protocol
from apps.tagging.meaning_models import MeaningServer
from apps.tagging.protocols import ModelAnswer, NoAnswer
from apps.tagging.sending import ProviderFault

#: Of an answer: a batch of the longest vectors, each number written with 20 letters, and room.
MOST_ANSWER: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Embedded:
    """vectors: of the texts, in their order.  model: who made them."""

    vectors: list[list[float]]
    model: str

    @property
    def dimension(self) -> int:
        return len(self.vectors[0])


def embed(studio: Studio, texts: Sequence[str], *, seconds: float | None = None, tries: int = 2) -> Embedded:
    """The vectors of some texts. seconds: that each try may take, if not as many as any other question.

    Raises MeaningOff, CapReached, NobodyAnswers with the reason.
    """
    for number in range(1, tries + 1):
        with acting_in(studio):
            server, settings = agreement.require(studio), consent.settings_of(studio)
        if server.rests:
            raise NobodyAnswers("The server failed several times and is asked again in a few minutes.")
        # A token is at least one byte.
        reserved = spending.reserve(
            studio, settings, server, tokens_in=sum(len(text.encode()) for text in texts), tokens_out=0
        )
        answer = None
        try:
            found = _once(server, texts, seconds)
            answer = ModelAnswer("", found.tokens, 0)
        except (ProviderFault, AddressRefused) as fault:
            if isinstance(fault, ProviderFault) and fault.is_passing and number < tries:
                time.sleep(asking.PAUSE_SECONDS)
                continue
            with acting_in(studio):
                server.failed()
            raise NobodyAnswers(str(fault)) from fault
        finally:
            spending.settle(reserved, answer)
        with acting_in(studio):
            server.succeeded()
        return Embedded(found.vectors, server.model)
    raise AssertionError("the last try returns or raises")


def _once(server: MeaningServer, texts: Sequence[str], seconds: float | None) -> protocol.Embeddings:
    body = protocol.body_of(server.kind, server.model, texts)
    path = protocol.path_of(server.kind)
    came = sending.post(server.url, path, body, server.key, seconds=seconds, most=MOST_ANSWER)
    try:
        return protocol.read(server.kind, came, texts=len(texts))
    except NoAnswer as bad:
        raise ProviderFault(str(bad), is_passing=True) from None
