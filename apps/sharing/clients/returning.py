"""A client finds all galleries of a studio again by a code to the email address. Run in `acting_in(studio)`.

What is found are galleries whose links were emailed to the address or opened by it, as long as they are open. The code
proves the address and opens nothing: each link's own password and PIN hold. Emails and guesses are counted by the
address that was typed, and an unknown one is answered like a known one, down to the row in the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import emails, outbox
from apps.accounts.emails import EmailState
from apps.accounts.journal import note
from apps.accounts.models import Email, Studio, User
from apps.accounts.tenancy import StudioQuerySet
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.guests.email_codes import WrongCode
from apps.sharing.links.terms import Standing, Terms
from apps.sharing.models import Activity, ClientEmail, ShareLink, StudioClient, TakesUploads, Visitor
from apps.web.days import last_day
from apps.web.ids import uuid7
from apps.web.rate_limit import RateLimit, give_back, reserve

HOUR: Final = 3600
GUESSES_PER_CLIENT = RateLimit("return-code-client", 10, HOUR)
GUESSES_PER_STUDIO = RateLimit("return-code-studio", 300, HOUR)
GUESSES_PER_IP = RateLimit("return-code-address", 30, HOUR)
EMAILS_PER_CLIENT = RateLimit("return-email-client", 5, HOUR)
EMAILS_PER_STUDIO = RateLimit("return-email-studio", 300, HOUR)
EMAILS_PER_IP = RateLimit("return-email-address", 20, HOUR)
MOST_LINKS = 200
# The link arrived, or lies in the file that stands for the mail server.
_ARRIVED = (EmailState.SENT, EmailState.KEPT)


class ClientPass(NamedTuple):
    """What the cookie says: who proved the address, until they are signed out."""

    client_id: UUID
    version: int


COOKIE: Final = SignedCookie("client", ClientPass, lifetime=timedelta(days=7), most=1)


@dataclass(frozen=True, slots=True)
class OwnGallery:
    """A gallery that a client may look at again. last_day: until when, None without an end.

    cover_url: "" where a stranger with the link would see none.
    """

    link: ShareLink
    title: str
    event_date: date | None
    needs_password: bool
    last_day: date | None
    cover_url: str


def switch(studio: Studio, on: bool, *, by: User) -> None:
    """Whether clients find their galleries on a page of their own."""
    if studio.clients_return == on:
        return
    studio.clients_return = on
    studio.save(update_fields=["clients_return"])
    note(studio, by, "studio.clients_return", studio, on=on)


def send_code(studio: Studio, email: str, *, client_ip: str, now: datetime) -> None:
    """Email a new code to whose address it is; the one before it ends. Raises RateLimited.

    To an address that nobody has, a row goes nowhere.
    """
    email = email.strip().lower()
    reserve(EMAILS_PER_IP, client_ip)
    reserve(EMAILS_PER_CLIENT, _subject(studio, email))
    reserve(EMAILS_PER_STUDIO, str(studio.pk))
    client = _by_email(studio, email)
    # Somebody who is not there, for the same work.
    found = client or StudioClient(studio=studio, email="")
    code = found.new_code(now=now) if client else ""
    words = outbox.rendered(
        # Subjects are kept, so the code stands in the text alone.
        _("Your code for your galleries by %(studio)s") % {"studio": studio.name},
        "sharing/clients/code_email.txt",
        studio=studio,
        code=code,
        minutes=int(StudioClient.CODE_VALID.total_seconds() // 60),
    )
    if client:
        emails.cancel(codes_for(client))
    outbox.put(studio, f"{_key(found)}{uuid7()}", found.email, words, useful_until=now + StudioClient.CODE_VALID)


def codes_for(client: StudioClient) -> StudioQuerySet[Email]:
    """The emails with codes of this person."""
    return Email.of(client.studio_id).filter(key__startswith=_key(client))


def check(studio: Studio, email: str, code: str, *, client_ip: str, now: datetime) -> StudioClient:
    """The client whose code this is; it works once. A right one is not counted as a guess in the end.

    Raises WrongCode, or RateLimited when nothing was compared.
    """
    email = email.strip().lower()
    limits = ((GUESSES_PER_IP, client_ip), (GUESSES_PER_CLIENT, _subject(studio, email)),
              (GUESSES_PER_STUDIO, str(studio.pk)))  # fmt: skip
    for limit, who in limits:
        reserve(limit, who)
    client = _by_email(studio, email)
    if client is None or not client.is_code(code, now=now) or not client.spend_code():
        raise WrongCode
    for limit, who in limits:
        give_back(limit, who)
    return client


def known(studio: Studio, cookies: Mapping[str, str], *, now: datetime) -> StudioClient | None:
    """Who this browser has proved to be."""
    said = COOKIE.read(cookies, studio.pk, now=now)
    if said is None:
        return None
    rows = StudioClient.objects.for_studio(studio).filter(pk=said.client_id, version=said.version)
    client: StudioClient | None = rows.first()
    return client


def galleries(studio: Studio, client: StudioClient, *, now: datetime) -> list[OwnGallery]:
    """The galleries that are open to this client, the newest first; each by one link, the client's own before others.

    Five queries.
    """
    rows = ShareLink.objects.for_studio(studio).filter(pk__in=_links_of(studio, client)).select_related("album")
    rows = rows.exclude(upload=TakesUploads.DROP).order_by("-is_main", "-created_at", "-id")
    found: dict[UUID, OwnGallery] = {}
    for link in rows[:MOST_LINKS]:
        link.studio = link.album.studio = studio
        if Terms.of(link, link.album).standing(now) == Standing.OPEN and link.url:
            found.setdefault(link.album_id, _own(link))
    return sorted(found.values(), key=lambda one: (one.event_date or date.min, one.link.created_at), reverse=True)


def visitor_of(client: StudioClient, gallery: OwnGallery) -> Visitor | None:
    """Who the client is in this gallery, if they have said it there before."""
    rows = Visitor.objects.for_studio(client.studio_id).filter(shown_id=gallery.link.shown_id, email=client.email)
    visitor: Visitor | None = rows.first()
    return visitor


def _links_of(studio: Studio, client: StudioClient) -> set[UUID]:
    """Ids of the links that were emailed to this address, or by which it came."""
    told = ClientEmail.objects.for_studio(studio).filter(
        email__to=client.email, email__composer="client", email__state__in=_ARRIVED, link__isnull=False
    )
    mine = Visitor.objects.for_studio(studio).filter(email=client.email)
    people = dict(mine.values_list("pk", "link_id"))
    came = Activity.objects.for_studio(studio).filter(visitor__in=list(people), link__isnull=False)
    ids = {
        *told.values_list("link_id", flat=True),
        *people.values(),
        *came.values_list("link_id", flat=True).distinct(),
    }
    return {pk for pk in ids if pk is not None}


def _own(link: ShareLink) -> OwnGallery:
    return OwnGallery(
        link,
        link.album.title,
        link.album.event_date,
        link.is_password_protected,
        last_day(link.expires_at, link.studio.zone) if link.expires_at else None,
        "" if link.is_password_protected or link.asks_identity else reverse("sharing:link_preview", args=[link.token]),
    )


def _by_email(studio: Studio, email: str) -> StudioClient | None:
    client: StudioClient | None = StudioClient.objects.for_studio(studio).filter(email=email).first()
    return client


def _key(client: StudioClient) -> str:
    return f"{StudioClient.CODE_EMAILS}{client.pk}:"


def _subject(studio: Studio, email: str) -> str:
    return f"{studio.pk}:{email}"
