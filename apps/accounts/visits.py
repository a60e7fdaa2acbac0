"""The operator looks into a studio to help, and the studio knows.

A visit lasts an hour and is for reading alone: `access.visitor_of` lets the operator through the doors of viewers, in
a transaction in which PostgreSQL refuses to write, and nowhere else; nobody becomes a member by it. Begin and end
stand in the studio's history, with the reason; its owners get an email when one begins.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.journal import note
from apps.accounts.models import Membership, OperatorVisit, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.web.public_url import public_url
from apps.web.refusal import Refusal

# As many as a list shows.
LATEST: Final = 10
MINUTES: Final = int(OperatorVisit.LASTS.total_seconds() // 60)


class VisitRefused(Refusal):
    """Nobody may visit there, or not now; the message says why."""

    status = 422
    code = "visit_refused"


def begin(operator: User, slug: str, *, reason: str) -> OperatorVisit:
    """Let the operator look into the studio with this slug for an hour, and tell the studio.

    reason: in words, which its people read.  Whoever calls has made sure that this is the operator, at the keyboard.
    Raises VisitRefused.
    """
    end_overdue()
    with across_studios():
        studio = Studio.objects.defer("logo").filter(slug=slug.strip().lower()).first()
        if studio is None:
            raise VisitRefused("There is no studio with this address.")
        if Membership.objects.filter(studio=studio, user=operator).exists():
            raise VisitRefused("You’re a member of this studio, so just open it.")
    if studio.second_factor_required and not operator.has_second_factor:
        raise VisitRefused("This studio asks for two-step sign-in. Turn yours on first.")
    now = timezone.now()
    visit = OperatorVisit(
        studio=studio, user=operator, email=operator.email, reason=reason, began_at=now,
        ends_at=now + OperatorVisit.LASTS,
    )  # fmt: skip
    with acting_in(studio):
        try:
            with transaction.atomic():
                visit.save(force_insert=True)
        except IntegrityError:
            raise VisitRefused("You’re visiting a studio already. End that visit first.") from None
        note(studio, operator, "visit.begun", visit, email=visit.email, reason=reason)
        _tell_owners(visit)
    return visit


def end(operator: User) -> bool:
    """End the operator's visit before its time. False if there is none."""
    visit = under_way(operator)
    return visit is not None and _end(visit, "visit.ended", by=operator, at=timezone.now())


def end_overdue(now: datetime | None = None) -> int:
    """Note the end of visits whose time is over, which let nobody in any more; how many."""
    now = now or timezone.now()
    with across_studios():
        overdue = OperatorVisit.objects.filter(ended_at__isnull=True, ends_at__lte=now).order_by("ends_at")
        found = list(overdue.select_related("studio").defer("studio__logo"))
    return sum(_end(visit, "visit.ran_out", by=None, at=visit.ends_at) for visit in found)


def under_way(operator: User) -> OperatorVisit | None:
    """The operator's visit of now, with its studio."""
    with across_studios():
        now = timezone.now()
        mine = OperatorVisit.objects.filter(user=operator, ended_at__isnull=True, ends_at__gt=now)
        return mine.select_related("studio").defer("studio__logo").first()


def latest_of(studio: Studio) -> list[OperatorVisit]:
    """The studio's latest visits, the newest first. Run in the studio."""
    return list(OperatorVisit.objects.for_studio(studio).order_by("-began_at")[:LATEST])


def latest() -> list[OperatorVisit]:
    """The latest visits of all studios, the newest first."""
    with across_studios():
        rows = OperatorVisit.objects.order_by("-began_at")
        return list(rows.select_related("studio").defer("studio__logo")[:LATEST])


def _end(visit: OperatorVisit, verb: str, *, by: User | None, at: datetime) -> bool:
    with acting_in(visit.studio_id):
        still = OperatorVisit.objects.for_studio(visit.studio_id).filter(pk=visit.pk, ended_at__isnull=True)
        # Two that end it at once write one line.
        is_ended = bool(still.update(ended_at=at))
        if is_ended:
            note(visit.studio, by, verb, visit, email=visit.email)
    return is_ended


def _tell_owners(visit: OperatorVisit) -> None:
    studio = visit.studio
    with timezone.override(studio.zone):
        words = outbox.rendered(
            f"The operator is looking into {studio.name}",
            "accounts/emails/operator_visit.txt",
            visit=visit,
            studio=studio,
            url=public_url() + reverse("accounts:members", args=[studio.slug]),
        )
    outbox.tell(studio, [Role.OWNER], f"visit:{visit.pk}", words, reply_to=visit.email)
