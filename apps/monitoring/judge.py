"""Looking at all parts twice a minute, writing down how they are, and telling the operators of a fault, once.

Every process asks whether it is time (`look_if_due`); one of them looks. So whatever dies is noticed by what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.emails import digest
from apps.accounts.tenancy import across_studios
from apps.monitoring import checks
from apps.monitoring.checks import NAMES, PartFinding
from apps.monitoring.models import Condition, Heartbeat, ServicePeriod, ServiceState

EVERY = timedelta(seconds=25)
# What is over before a person could have done anything is history and no email.
TELL_AFTER = timedelta(minutes=2)
# The row by which processes agree who looks.
TURN = "watch"


def look_if_due(*, is_starting: bool = False) -> bool:
    """Look, unless somebody has just done so. True if it was our turn. is_starting: see `checks.every`."""
    if not _is_our_turn():
        return False
    note(checks.every(is_starting=is_starting))
    return True


def _is_our_turn() -> bool:
    now = timezone.now()
    with across_studios():
        ServiceState.objects.bulk_create([ServiceState(service=TURN, seen_at=now - EVERY * 2)], ignore_conflicts=True)
        due = ServiceState.objects.filter(service=TURN, seen_at__lt=now - EVERY)
        return due.update(seen_at=now) == 1


def note(findings: Iterable[PartFinding]) -> None:
    """Write down how the parts are now, and whom to tell."""
    now = timezone.now()
    with across_studios():
        for finding in findings:
            _tell(_state(finding, now), now)
            _period(finding, now)
        ServicePeriod.objects.filter(seen_at__lt=now - ServicePeriod.KEPT).delete()
        Heartbeat.objects.filter(at__lt=now - Heartbeat.KEPT).delete()


def _state(finding: PartFinding, now: datetime) -> ServiceState:
    state, _ = ServiceState.objects.get_or_create(service=finding.service, defaults={"since": now})
    if state.condition != finding.condition:
        state.condition, state.since, state.told_at = finding.condition, now, None
    state.sentence, state.remedy, state.facts = finding.sentence[:300], finding.remedy, finding.facts
    state.seen_at = now
    state.save()
    return state


def _period(finding: PartFinding, now: datetime) -> None:
    last = ServicePeriod.objects.filter(service=finding.service).order_by("-began_at").first()
    if last is None or last.condition != finding.condition or last.seen_at < now - ServicePeriod.GAP:
        last = ServicePeriod(service=finding.service, condition=finding.condition, began_at=now)
    last.sentence, last.seen_at = finding.sentence[:300], now
    last.save()


def _tell(state: ServiceState, now: datetime) -> None:
    """Write to the operators about a fault that stays: once, however long it lasts."""
    if state.condition != Condition.FAULT or state.told_at is not None or state.since > now - TELL_AFTER:
        return
    words = outbox.rendered(
        f"Glassine: {NAMES[state.service]} needs you",
        "monitoring/fault.txt",
        sentence=state.sentence,
        remedy=state.remedy,
        since=timezone.localtime(state.since),
        address=settings.PUBLIC_URL + reverse("monitoring:status"),
    )
    for address in settings.OPERATORS:
        outbox.put(None, f"fault:{state.service}:{state.since.isoformat()}:{digest(address)}", address, words)
    state.told_at = now
    state.save(update_fields=["told_at"])
