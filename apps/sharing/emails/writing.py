"""Emails to clients: put into the outbox in the transaction of the deed, composed when they go out (see `composing`).

Call the deeds in `acting_in(studio)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language

from apps.accounts import journal, outbox
from apps.accounts.emails import Words, digest
from apps.accounts.models import Email, EmailState, User
from apps.accounts.tenancy import across_studios
from apps.albums.models import Album
from apps.sharing.emails import composing, recipients, templates
from apps.sharing.links.terms import Standing, Terms
from apps.sharing.models import ClientEmail, EmailKind, Selection, ShareLink, Visitor
from apps.sharing.models.emails import reminder_prefix

# A studio's emails of a day: more is a mistake, or somebody who uses it to send what nobody asked for.
MOST_A_DAY = 2000
LATEST = timedelta(days=365)


def deliver(
    link: ShareLink,
    *,
    kind: EmailKind,
    to: Sequence[str],
    note: str,
    language: str,
    due_at: datetime | None,
    batch: UUID,
    by: User,
) -> list[ClientEmail]:
    """Write one email about a link to each address, due now or at `due_at`. Raises recipients.Unsendable.

    batch: names this sending; the same one again (a form sent twice) writes nothing new.
    """
    now = timezone.now()
    _check(link, to, due_at, now)
    people = recipients.known_as(link.album, to)
    local = due_at.astimezone(link.studio.hold_zone()) if due_at else None
    written = put_all(
        [
            drafted(
                kind,
                link.album,
                f"{kind.value}:{link.pk}:{batch.hex}:{digest(address)}",
                address,
                due_at=due_at or now,
                link=link,
                visitor=people.get(address),
                note=note[: ClientEmail.NOTE_LENGTH],
                language=language,
                due_on=local.date() if local else None,
                due_time=local.time() if local else None,
            )
            for address in to
        ]
    )
    # Addresses stay out of the journal: it is kept longer than the emails.
    journal.note(
        link.studio,
        by,
        "emails.written",
        link,
        kind=kind.value,
        count=len(written),
        due_at=due_at.isoformat() if due_at else None,
    )
    return written


def _check(link: ShareLink, to: Sequence[str], due_at: datetime | None, now: datetime) -> None:
    if not to:
        raise recipients.Unsendable("addresses", "Enter at least one email address.")
    if due_at is not None and due_at <= now:
        raise recipients.Unsendable("due", "That time has passed. Choose a later one.")
    if due_at is not None and due_at > now + LATEST:
        raise recipients.Unsendable("due", "An email can be scheduled up to one year ahead.")
    if due_at is not None and link.expires_at and due_at >= link.expires_at:
        raise recipients.Unsendable("due", "The link will have expired by then.")
    standing = Terms.of(link, link.album).standing(now)
    # A planned email may wait for a draft to be published.
    if standing != Standing.OPEN and not (due_at and standing == Standing.DRAFT):
        raise recipients.Unsendable("link", composing.CLOSED[standing])
    if not link.url:
        raise recipients.Unsendable("link", composing.LOST)
    # What answers a guest is bounded where it is written; no guest uses up what the studio may send.
    lately = ClientEmail.objects.for_studio(link.studio_id).filter(created_at__gt=now - timedelta(days=1))
    if lately.exclude(kind__in=ClientEmail.OF_ONE_MOMENT).count() + len(to) > MOST_A_DAY:
        raise recipients.Unsendable(
            "addresses", f"A studio can send {MOST_A_DAY:,} emails a day. Please try again tomorrow."
        )


def drafted(
    kind: EmailKind,
    album: Album,
    key: str,
    to: str,
    *,
    due_at: datetime | None = None,
    words: Words | None = None,
    **about: Any,
) -> ClientEmail:
    """An email to a client that is not written yet. about: the other columns of the row.

    words: of what tells of one moment; else they are found when it goes out.
    """
    email = Email(
        studio=album.studio,
        key=key,
        to=to,
        composer=composing.COMPOSER,
        keeps_words=True,
        is_automatic=kind not in ClientEmail.BY_HAND,
        due_at=due_at or timezone.now(),
    )
    if words is not None:
        email.words = words
    return ClientEmail(studio=album.studio, email=email, album=album, kind=kind, **about)


def put_all(drafts: Sequence[ClientEmail]) -> list[ClientEmail]:
    """Write these emails of one studio, those with known keys once; the rows as kept, in the order of their ids."""
    if not drafts:
        return []
    kept = {email.key: email for email in outbox.put_all([draft.email for draft in drafts])}
    rows = ClientEmail.objects.for_studio(drafts[0].studio_id)
    rows.bulk_create([draft for draft in drafts if kept[draft.email.key].pk == draft.email_id])
    return list(rows.filter(email__in=kept.values()).select_related("email").order_by("email_id"))


def remind(link: ShareLink, days: int, *, due_at: datetime) -> int:
    """Write the reminder of `days` before the end to the people of a link; each is reminded once. How many are new."""
    people: dict[str, Visitor | None] = {visitor.email: visitor for visitor in recipients.visitors_of(link)}
    mine = ClientEmail.objects.for_studio(link.studio_id).filter(link_id=link.pk)
    told = mine.filter(kind__in=ClientEmail.DELIVERIES, email__state__in=(EmailState.SENT, EmailState.KEPT))
    languages = dict(told.order_by("pk").values_list("email__to", "language"))
    for address in languages:
        people.setdefault(address, None)
    assert link.expires_on is not None
    before = set(mine.filter(kind=EmailKind.REMINDER).values_list("email__key", flat=True))
    fallback = composing.language_of(link.album)
    keys = {address: f"{reminder_prefix(link)}{days}:{digest(address)}" for address in people}
    fresh = [
        drafted(
            EmailKind.REMINDER,
            link.album,
            keys[address],
            address,
            due_at=due_at,
            link=link,
            visitor=visitor,
            language=languages.get(address, fallback),
        )
        for address, visitor in list(people.items())[: recipients.MOST_VISITORS]
        if keys[address] not in before
    ]
    put_all(fresh)
    return len(fresh)


def selection_received(selection: Selection, count: int) -> ClientEmail | None:
    """Tell a visitor that the selection of so many photos has arrived; once for each round. None without an address.

    Call it in the transaction that sends the selection, with the visitor's language active.
    """
    visitor, album = selection.visitor, selection.album
    if not visitor.email:
        return None
    language = composing.known_language(get_language())
    found = templates.values(
        album.studio, album.title, visitor.link, language, client=visitor.name, note="", count=count
    )
    template = templates.template_of(album.studio, EmailKind.RECEIVED, language)
    draft = drafted(
        EmailKind.RECEIVED,
        album,
        f"received:{selection.pk}:{selection.round}",
        visitor.email,
        words=templates.compose(album.studio, template, found, language),
        link=visitor.link,
        visitor=visitor,
        selection=selection,
        language=language,
    )
    return put_all([draft])[0]


def all_ready(selection: Selection) -> ClientEmail | None:
    """Tell a visitor that the studio is done with all photos of a list; once for each round.

    None without an address, or if it was told before. Call it in the transaction of the deed, holding the list's row.
    """
    visitor, album = selection.visitor, selection.album
    key = f"ready:{selection.pk}:{selection.round}"
    mine = ClientEmail.objects.for_studio(album.studio_id)
    if not visitor.email or mine.filter(email__key=key).exists():
        return None
    spoken = mine.filter(visitor_id=visitor.pk).order_by("-pk").values_list("language", flat=True).first()
    draft = drafted(
        EmailKind.COMPLETE,
        album,
        key,
        visitor.email,
        link=visitor.link,
        visitor=visitor,
        selection=selection,
        language=spoken or composing.language_of(album),
    )
    return put_all([draft])[0]


# -- what becomes of it ----------------------------------------------------------------------------------------------


def cancel(row: ClientEmail, *, by: User) -> bool:
    """Take back an email that waits. False if it is on its way or settled already."""
    if not row.email.cancel():
        return False
    journal.note(row.studio, by, "email.cancelled", row)
    return True


def retry(row: ClientEmail, *, by: User) -> bool:
    """Send a failed or kept email again, now. False if it is neither."""
    if not outbox.retry(row.email):
        return False
    journal.note(row.studio, by, "email.retried", row)
    return True


def forget_lost() -> int:
    """Remove emails from the outbox whose galleries were deleted, in all studios; how many."""
    with across_studios():
        told = ClientEmail.objects.filter(email=OuterRef("pk"))
        return Email.objects.filter(composer=composing.COMPOSER).exclude(Exists(told)).delete()[0]
