"""One round: a stranger with a session, a key and a link tries what is another studio's, by every address."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.utils import timezone

from apps.monitoring import checks, judge
from apps.monitoring.canary.addresses import GUEST_API, Address, addresses
from apps.monitoring.canary.asking import CanaryAnswer, Stranger, all_middleware, session_of, silence
from apps.monitoring.canary.residents import Resident, settle

# So many addresses in one transaction: a minute's one would keep vacuum waiting.
AT_ONCE = 25
MOST_TOLD = 20
BROWSER_METHODS = ("GET", "POST")
API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass
class Round:
    """leaks: what answered a stranger otherwise than with a refusal.  uncovered: addresses that could not be tried."""

    probes: int = 0
    leaks: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def facts(self) -> dict[str, Any]:
        """What the status keeps of it."""
        return {
            "probes": self.probes,
            "leaks": len(self.leaks),
            "uncovered": len(self.uncovered),
            "seconds": round(self.seconds, 1),
            "first_leaks": self.leaks[:MOST_TOLD],
            "first_uncovered": self.uncovered[:MOST_TOLD],
            "ran_at": timezone.now().isoformat(),
        }


@dataclass(frozen=True)
class Pace:
    """rest: how many times as long as a probe took it is waited after it, so that uploads and guests keep the machine.

    is_over: asked before each address; true when the process is to end.
    """

    rest: float = 0.0
    is_over: Callable[[], bool] = lambda: False


AT_ONE_GO = Pace()


@dataclass(frozen=True)
class Probe:
    """One request of a stranger.

    who: as it is told, should it find an open door.  home: where a redirect may lead without being a leak.
    """

    who: str
    method: str
    path: str
    headers: dict[str, str]
    home: str = "/login/?next="


class CutShort(Exception):
    """The process is to end: a round that tried some addresses says nothing of the others."""


def keep_watch(pace: Pace = AT_ONE_GO) -> Round:
    """Go round, and note the finding for the status page. Raises CutShort."""
    done = go_round(pace=pace)
    judge.note([checks.isolation(done.facts())])
    return done


def go_round(tried: list[Address] | None = None, pace: Pace = AT_ONE_GO) -> Round:
    """Try all addresses, or these. Nothing of it stays in the database. Raises CutShort."""
    done, began, handler = Round(), time.monotonic(), all_middleware()
    left = addresses() if tried is None else tried
    while left:
        now, left = left[:AT_ONCE], left[AT_ONCE:]
        with transaction.atomic(), silence():
            try:
                _try(now, done, handler, pace)
            finally:
                transaction.set_rollback(True)
    done.seconds = time.monotonic() - began
    return done


def _try(tried: list[Address], done: Round, handler: BaseHandler, pace: Pace) -> None:
    stranger, victim = settle(), settle()
    cookies = session_of(stranger.owner)
    for address in tried:
        if not set(address.names) <= set(victim.values):
            done.uncovered.append(address.pattern)
            continue
        if pace.is_over():
            raise CutShort
        caller = Stranger(handler)
        for probe in _probes(address, stranger, victim, cookies):
            done.probes += 1
            began = time.monotonic()
            answer = caller.ask(probe.method, probe.path, **probe.headers)
            if not is_refusal(answer, probe.home) or victim.mark in answer.said.replace(probe.path, ""):
                done.leaks.append(f"{probe.who}: {probe.method} /{address.pattern} answers {answer.status}")
            time.sleep(pace.rest * (time.monotonic() - began))


def is_refusal(answer: CanaryAnswer, home: str) -> bool:
    """Whether an answer keeps the door shut: a refusal, or the way back to where the stranger belongs."""
    return 400 <= answer.status < 500 or (answer.status in (302, 303) and answer.location.startswith(home))


def _probes(address: Address, stranger: Resident, victim: Resident, cookies: str) -> Iterator[Probe]:
    ids = [name for name in address.names if name not in ("slug", "token")]
    mixed = {**victim.values, "slug": stranger.values["slug"], "token": stranger.values["token"]}
    browser = {"HTTP_COOKIE": cookies}
    if address.is_of_studio:
        for method in BROWSER_METHODS:
            yield Probe("a member of another studio", method, address.path(victim.values), browser)
            if ids:
                yield Probe("another studio's own page", method, address.path(mixed), browser)
    elif address.is_of_guest and ids:
        for method in API_METHODS if address.pattern.startswith(GUEST_API) else BROWSER_METHODS:
            yield Probe("a guest of another studio", method, address.path(mixed), {}, f"/g/{mixed['token']}/")
    elif address.is_of_api:
        key = {"HTTP_AUTHORIZATION": f"Api-Key {stranger.key}"}
        for method in API_METHODS:
            yield Probe("another studio's key", method, address.path(victim.values), key)
