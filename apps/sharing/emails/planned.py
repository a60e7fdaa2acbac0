"""Emails that wait, and what of them derives from the studio's settings: when they go out, and the URLs they name.

Run in `acting_in(studio)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.urls import reverse

from apps.accounts.emails import Email, EmailState, Words
from apps.accounts.models import Domain, Studio
from apps.sharing.models import ClientEmail
from apps.web.public_url import public_url

_READ_AT_ONCE: Final = 2_000
_SLUG: Final = "the-slug"


def ids_planned(studio: Studio) -> Iterable[UUID]:
    """The emails to clients that wait for a day and an hour."""
    mine = ClientEmail.objects.for_studio(studio).filter(email__state=EmailState.WAITING, due_on__isnull=False)
    return mine.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=_READ_AT_ONCE)


def plan_again(studio: Studio, email_ids: Sequence[UUID]) -> int:
    """Let these emails go out at their hour in the zone that the studio has now. Returns how many moved.

    What would be over by then goes out at once.
    """
    zone = studio.hold_zone()
    rows = ClientEmail.objects.for_studio(studio).filter(pk__in=email_ids, due_on__isnull=False)
    due = {row.email_id: row.planned_at(zone) for row in rows.order_by("pk")}
    waiting = Email.of(studio.pk).filter(pk__in=due, state=EmailState.WAITING)
    moved = []
    for email in waiting.select_for_update(no_key=True).order_by("pk").only("studio_id", "due_at"):
        moment = due[email.pk]
        # One that was tried in vain waits for its next try, whatever it was planned for.
        if moment is not None and email.due_at != moment and not email.attempts:
            email.due_at = moment
            moved.append(email)
    Email.of(studio.pk).bulk_update(moved, ["due_at"])
    return len(moved)


# -- the URLs that they name -------------------------------------------------------------------------------------------


def ids_with_words(studio: Studio) -> Iterable[UUID]:
    """The emails that may still go out and whose words are written already."""
    mine = Email.of(studio.pk).filter(state__in=(EmailState.WAITING, EmailState.FAILED)).exclude(sealed="")
    return mine.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=_READ_AT_ONCE)


def readdress(studio: Studio, email_ids: Sequence[UUID]) -> int:
    """Let URLs in these emails name the studio by the slug that it has now. Returns how many emails changed."""
    rows = Email.of(studio.pk).filter(pk__in=email_ids, state__in=(EmailState.WAITING, EmailState.FAILED))
    slug: str = Studio.objects.values_list("slug", flat=True).get(pk=studio.pk)
    changed, prefixes = 0, _prefixes(studio)
    for email in rows.exclude(sealed="").select_for_update(no_key=True).order_by("pk"):
        before = email.words
        words = Words(
            before.subject, _readdressed(before.text, slug, prefixes), _readdressed(before.html, slug, prefixes)
        )
        if words != before:
            email.words = words
            email.save(update_fields=["subject", "sealed"])
            changed += 1
    return changed


def _readdressed(text: str, slug: str, prefixes: list[tuple[str, str]]) -> str:
    for before, after in prefixes:
        text = re.sub(f"(?<={re.escape(before)})[-a-zA-Z0-9_]+(?={re.escape(after)})", slug, text)
    return text


def _prefixes(studio: Studio) -> list[tuple[str, str]]:
    """What stands before and right behind the slug in URLs of studio's pages, readable links, the public page."""
    urls = (
        reverse("albums:list", args=[_SLUG]),
        # A readable link goes on behind a full stop.
        f"{reverse('sharing:gallery', args=[f'{_SLUG}.x']).partition('.')[0]}.",
        reverse("sharing:public", args=[_SLUG]),
    )
    hosts = ["", *Domain.objects.for_studio(studio).order_by("id").values_list("host", flat=True)]
    bases = [public_url(host) for host in hosts]
    split = [f"{base}{url}".partition(_SLUG) for base in bases for url in urls]
    return [(before, after[:1]) for before, _slug, after in split]
