"""A studio's own host: naming it, looking into DNS whether it is theirs and leads here, giving it up.

Two things are asked of the name servers: a text below the host, which only who may write the domain's records can put
there, and that the host leads where the installation's own does. Records of a verified domain that are not right any
more are borne with for some days, as name servers fail too; then links go back to the installation's address.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts import hosts, outbox
from apps.accounts.access import Entered
from apps.accounts.domain_models import Domain, DomainState
from apps.accounts.domain_names import understood
from apps.accounts.journal import note
from apps.accounts.models import Brand, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.web import dns
from apps.web.public_url import public_url
from apps.web.rate_limit import RateLimit, reserve
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

# For a whole look; a person waits for it.
LOOK_SECONDS: Final = 6.0
# How long a verified domain stays so while its records are not right.
BORNE_WITH: Final = timedelta(days=3)
# Between two looks of the schedule: at a new domain, whose owner waits for it, and at all others.
SOON, LATER = timedelta(minutes=10), timedelta(hours=6)
NEW_FOR: Final = timedelta(days=2)
# In one run of the schedule; each waits for name servers.
MOST_LOOKS: Final = 100
LOOKS: Final = RateLimit("domain-look", tries=30, window=3600)

NOBODY: Final = "The name servers don’t answer at the moment, so nothing is known. We’ll look again."


class HostTaken(Refusal):
    """Another studio has proved that this host is theirs."""

    status = 409
    code = "host_taken"
    sentence = "Another studio of this installation uses this host."

    def __init__(self) -> None:
        super().__init__(fields={"host": [self.sentence]})


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in DNS. problems: a sentence for each thing that is not right.  is_known: name servers answered."""

    problems: tuple[str, ...] = ()
    is_known: bool = True

    @property
    def is_right(self) -> bool:
        return self.is_known and not self.problems


def of(studio: Studio, brand: Brand | None = None) -> Domain | None:
    """The domain of the studio, or of one of its brands, if one was named. Run in the studio."""
    domain: Domain | None = Domain.objects.for_studio(studio).filter(brand=brand).first()
    return domain


# -- deeds of owners -------------------------------------------------------------------------------------------------


def name(entered: Entered, text: str, brand: Brand | None = None) -> Domain:
    """Let this host be the studio's, or a brand's, once it is verified; the same one again changes nothing.

    Run in the studio.
    Raises BadDomain, HostTaken.
    """
    host = understood(text)
    held = of(entered.studio, brand)
    if held is not None and held.host == host:
        return held
    if hosts.is_taken(host, by_other_than=entered.studio.pk):
        raise HostTaken
    if held is not None:
        _give_up(held)
    domain = Domain(studio=entered.studio, brand=brand, host=host)
    domain.save(force_insert=True)
    note(entered.studio, entered.user, "studio.domain_named", entered.studio, host=host)
    return domain


def remove(entered: Entered, brand: Brand | None = None) -> None:
    """Give the host up; links no longer open under it. Run in the studio."""
    held = of(entered.studio, brand)
    if held is not None:
        _give_up(held)
        note(entered.studio, entered.user, "studio.domain_removed", entered.studio, host=held.host)


def check(entered: Entered, brand: Brand | None = None) -> Domain | None:
    """Look now, because a person asks. Run in the studio. Raises RateLimited, CounterAway."""
    domain = of(entered.studio, brand)
    if domain is None:
        return None
    reserve(LOOKS, str(entered.studio.pk))
    return settle(domain, look(domain), by=entered.user, now=timezone.now())


def _give_up(domain: Domain) -> None:
    _show(domain, "")
    domain.delete()


def _show(domain: Domain, host: str) -> None:
    """From now on the studio's addresses, or its brand's, begin with this host; "" for what was before."""
    if domain.brand_id is None:
        Studio.objects.filter(pk=domain.studio_id).update(host=host)
    else:
        Brand.objects.for_studio(domain.studio_id).filter(pk=domain.brand_id).update(host=host)
    transaction.on_commit(hosts.forget)


def page_of(studio: Studio, brand_id: UUID | None) -> str:
    """Path of the page of such a domain."""
    if brand_id is None:
        return reverse("accounts:domain", args=[studio.slug])
    return reverse("accounts:brand_domain", args=[studio.slug, brand_id])


# -- looking ---------------------------------------------------------------------------------------------------------


def look(domain: Domain) -> Sight:
    """Ask the name servers. Takes `LOOK_SECONDS` at most; better not while rows are locked."""
    until = time.monotonic() + LOOK_SECONDS
    try:
        return Sight((*_proof_problems(domain, until), *_place_problems(domain, until)))
    except dns.Unresolved:
        return Sight((NOBODY,), is_known=False)


def _proof_problems(domain: Domain, until: float) -> list[str]:
    said = dns.ask(domain.record, dns.RecordKind.TXT, _servers(), until=until).values
    if domain.text in said:
        return []
    seen = f"says “{_short(said)}”" if said else "doesn’t exist"
    return [f"The TXT record {domain.record} {seen}. It has to say “{domain.text}”."]


def _place_problems(domain: Domain, until: float) -> list[str]:
    led, aliases = _addresses(domain.host, until)
    if domain.target in aliases:
        return []
    own, _ = _addresses(domain.target, until)
    if led and led <= own:
        return []
    wanted = domain.target if domain.target in own else f"{domain.target} ({_short(sorted(own))})"
    seen = f"leads to {_short(sorted(led))}" if led else "leads nowhere"
    return [f"{domain.host} {seen}. It has to lead to {wanted}."]


def _addresses(host: str, until: float) -> tuple[frozenset[str], tuple[str, ...]]:
    """Where a host leads, and by which names. One that is an address already leads there."""
    try:
        return frozenset({str(ipaddress.ip_address(host))}), ()
    except ValueError:
        kinds = (dns.RecordKind.A, dns.RecordKind.AAAA)
        found = [dns.ask(host, kind, _servers(), until=until) for kind in kinds]
    values = frozenset(value for one in found for value in one.values)
    return values, tuple(alias for one in found for alias in one.aliases)


def _servers() -> tuple[dns.Server, ...]:
    return settings.DNS_SERVERS or dns.usual_servers()


def _short(values: tuple[str, ...] | list[str]) -> str:
    """The first of what was seen: a foreign record may be long."""
    text = ", ".join(values[:3]) or "nothing"
    return text if len(text) <= 200 else f"{text[:200]}…"


# -- what follows ----------------------------------------------------------------------------------------------------


def settle(domain: Domain, sight: Sight, *, by: User | None, now: datetime) -> Domain | None:
    """Write down what was seen, and what follows. Run in the studio; None if the domain is gone meanwhile.

    by: who asked for the look; None for the schedule.
    """
    rows = Domain.objects.for_studio(domain.studio_id).select_for_update(no_key=True)
    held: Domain | None = rows.select_related("studio").filter(pk=domain.pk).first()
    if held is None:
        return None
    held.checked_at, held.problem = now, " ".join(sight.problems)
    if sight.is_right:
        _verify(held, by, now)
    elif sight.is_known:
        _doubt(held, now)
    held.save(update_fields=["state", "problem", "checked_at", "verified_at", "missing_since"])
    return held


def _verify(domain: Domain, by: User | None, now: datetime) -> None:
    domain.missing_since = None
    if domain.is_verified:
        return
    try:
        with transaction.atomic():
            # Alone, so that of two studios that are seen at once the second is told by the index.
            Domain.objects.for_studio(domain.studio_id).filter(pk=domain.pk).update(state=DomainState.VERIFIED)
    except IntegrityError:
        domain.state, domain.problem = DomainState.FAILED, HostTaken.sentence
        return
    domain.state, domain.verified_at = DomainState.VERIFIED, now
    _show(domain, domain.host)
    note(domain.studio, by, "studio.domain_verified", domain.studio, host=domain.host)


def _doubt(domain: Domain, now: datetime) -> None:
    if not domain.is_verified:
        domain.state = DomainState.FAILED
        return
    domain.missing_since = domain.missing_since or now
    if now - domain.missing_since < BORNE_WITH:
        return
    domain.state = DomainState.PENDING
    _show(domain, "")
    note(domain.studio, None, "studio.domain_lapsed", domain.studio, host=domain.host)
    words = outbox.rendered(
        f"{domain.host} no longer leads to your galleries",
        "accounts/emails/domain_lapsed.txt",
        domain=domain,
        days=BORNE_WITH.days,
        own=public_url(),
        url=public_url() + page_of(domain.studio, domain.brand_id),
    )
    outbox.tell(domain.studio, [Role.OWNER], f"domain:{domain.pk}:{int(domain.missing_since.timestamp())}", words)
    domain.missing_since = None


# -- the schedule ----------------------------------------------------------------------------------------------------


def check_due(now: datetime | None = None) -> int:
    """Look at the domains whose turn it is, those that wait longest first; how many. Trouble stops no other."""
    now = now or timezone.now()
    new = Q(created_at__gt=now - NEW_FOR) & ~Q(state=DomainState.VERIFIED)
    due = Q(checked_at=None) | Q(checked_at__lt=now - LATER) | (new & Q(checked_at__lt=now - SOON))
    with across_studios():
        waiting = list(Domain.objects.filter(due).order_by("checked_at", "id")[:MOST_LOOKS])
    for domain in waiting:
        try:
            sight = look(domain)
            with acting_in(domain.studio_id):
                settle(domain, sight, by=None, now=now)
        except Exception:
            log.exception("the domain %s could not be looked at", domain.pk)
    return len(waiting)
