"""Looking at all parts twice a minute, writing down how they are, and telling the operators of a fault, once.

Every process asks whether it is time (`look_if_due`); one of them looks. So whatever dies is noticed by what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.emails import Email, Words, digest
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
    """Write down how the parts are now, and tell the operators of faults that stay."""
    now = timezone.now()
    with across_studios():
        states = []
        for finding in findings:
            states.append(_state(finding, now))
            _period(finding, now)
        ServicePeriod.objects.filter(seen_at__lt=now - ServicePeriod.KEPT).delete()
        Heartbeat.objects.filter(at__lt=now - Heartbeat.KEPT).delete()
        emails = _told(states, now)
    # The worker that sends emails may be what is missing.
    outbox.send_now(emails)


def note_outage(began_at: datetime) -> None:
    """Write down a time in which the database did not answer, once it does. Every process that lived through it calls
    this; the first one writes."""
    now = timezone.now()
    with across_studios():
        state, _ = ServiceState.objects.select_for_update().get_or_create(service="database", defaults={"since": now})
        faults = ServicePeriod.objects.filter(service="database", condition=Condition.FAULT)
        if faults.filter(seen_at__gte=began_at).exists():
            return
        sentence = checks.TROUBLE["database"][0]
        ServicePeriod(
            service="database", condition=Condition.FAULT, sentence=sentence, began_at=began_at, seen_at=now
        ).save()
        state.since = now
        state.save(update_fields=["since"])


def _state(finding: PartFinding, now: datetime) -> ServiceState:
    state, _ = ServiceState.objects.get_or_create(service=finding.service, defaults={"since": now})
    if state.condition != finding.condition:
        state.condition, state.since = finding.condition, now
        if finding.condition == Condition.FAULT:
            lasted = _fault_of_a_moment_ago(finding.service, now)
            # What comes back for a moment and goes again is still the same fault.
            state.since, state.told_at = (lasted.began_at, state.told_at) if lasted else (now, None)
    state.sentence, state.remedy, state.facts = finding.sentence[:300], finding.remedy, finding.facts
    state.seen_at = now
    state.save()
    return state


def _fault_of_a_moment_ago(service: str, now: datetime) -> ServicePeriod | None:
    faults = ServicePeriod.objects.filter(service=service, condition=Condition.FAULT, seen_at__gte=now - TELL_AFTER)
    return faults.order_by("-began_at").first()


def _period(finding: PartFinding, now: datetime) -> None:
    last = ServicePeriod.objects.filter(service=finding.service).order_by("-began_at").first()
    if last is None or last.condition != finding.condition or last.seen_at < now - ServicePeriod.GAP:
        last = ServicePeriod(service=finding.service, condition=finding.condition, began_at=now)
    last.sentence, last.seen_at = finding.sentence[:300], now
    last.save()


def _told(states: Sequence[ServiceState], now: datetime) -> list[Email]:
    """Write to the operators about faults that stay: once, however long they last, one email for all of a moment."""
    faults = {state.service: state for state in states if state.condition == Condition.FAULT}
    new = [
        state
        for service, state in faults.items()
        if state.told_at is None
        and state.since <= now - TELL_AFTER
        and not faults.keys() & checks.CAUSES.get(service, frozenset())
    ]
    if not new:
        return []
    words = words_of_faults([(NAMES[state.service], state.sentence, state.remedy) for state in new], new[0].since)
    which = ",".join(f"{state.service}@{state.since.isoformat()}" for state in new)
    ServiceState.objects.filter(pk__in=[state.pk for state in new]).update(told_at=now)
    return [
        outbox.put(None, f"fault:{digest(which)}:{digest(address)}", address, words) for address in settings.OPERATORS
    ]


def words_of_faults(faults: Sequence[tuple[str, str, str]], since: datetime) -> Words:
    """The email about these faults, each with its part's name, what is wrong and what mends it."""
    (name, _, _), *more = faults
    others = f" and {len(more)} other part{pluralize(len(more))}" if more else ""
    return outbox.rendered(
        f"Glassine: {name}{others} {'need' if more else 'needs'} you",
        "monitoring/fault.txt",
        faults=[(sentence, remedy) for _, sentence, remedy in faults],
        since=timezone.localtime(since),
        address=settings.PUBLIC_URL + reverse("monitoring:status"),
    )
