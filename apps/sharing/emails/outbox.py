"""Mails to clients: written as rows in the transaction of the deed, sent by a job (see `sending`).

Call the deeds in `acting_in(studio)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from apps.accounts.journal import note as note_down
from apps.accounts.models import User
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.sharing.emails import composing, recipients, templates
from apps.sharing.links import addresses
from apps.sharing.links.terms import Standing, Terms
from apps.sharing.models import Letter, LetterKind, LetterState, Selection, ShareLink, Visitor

JOB = "letter"
# A studio's mails of a day: more is a mistake, or somebody who uses it to send what nobody asked for.
MOST_A_DAY = 2000
LATEST = timedelta(days=365)
NOTE_LENGTH = 2000
DELIVERIES = (LetterKind.DELIVERY, LetterKind.COMPLETE)
# They tell of one moment, so their words are written at once and stay.
PROMPT = (LetterKind.RECEIVED, LetterKind.DOWNLOAD)

CLOSED = {
    Standing.DRAFT: "The gallery is a draft, so its links do not open. Publish it and try again.",
    Standing.REVOKED: "The link was revoked.",
    Standing.EXPIRED: "The link has run out. Extend it and try again.",
    Standing.ARCHIVED: "The gallery is archived, so its links do not open.",
    Standing.TRASHED: "The gallery is in the trash.",
}
LOST = "The address of this link cannot be read any more. Make a new link."


# -- writing ---------------------------------------------------------------------------------------------------------


def deliver(
    link: ShareLink,
    *,
    kind: LetterKind,
    to: Sequence[str],
    note: str,
    language: str,
    due_at: datetime | None,
    batch: UUID,
    by: User,
) -> list[Letter]:
    """Write one mail about a link to each address, due now or at `due_at`. Raises recipients.Unsendable.

    batch: names this sending; the same one again (a form sent twice) writes nothing new.
    """
    now = timezone.now()
    _check(link, to, due_at, now)
    album = link.album
    people = recipients.known_as(album, to)
    letters = write(
        [
            Letter(
                studio=link.studio,
                album=album,
                link=link,
                visitor=people.get(address),
                kind=kind,
                key=f"{kind.value}:{link.pk}:{batch.hex}:{digest(address)}",
                to=address,
                note=note[:NOTE_LENGTH],
                language=language,
                due_at=due_at or now,
            )
            for address in to
        ]
    )
    # Addresses stay out of the journal: it is kept longer than the mails.
    note_down(
        link.studio,
        by,
        "letters.written",
        link,
        kind=kind.value,
        count=len(letters),
        due_at=due_at.isoformat() if due_at else None,
    )
    return letters


def _check(link: ShareLink, to: Sequence[str], due_at: datetime | None, now: datetime) -> None:
    if not to:
        raise recipients.Unsendable("addresses", "Say who gets the mail.")
    if due_at is not None and due_at <= now:
        raise recipients.Unsendable("due", "That moment is over. Choose a later one.")
    if due_at is not None and due_at > now + LATEST:
        raise recipients.Unsendable("due", "A mail can be planned for one year ahead at most.")
    if due_at is not None and link.expires_at and due_at >= link.expires_at:
        raise recipients.Unsendable("due", "The link will have run out by then.")
    standing = Terms.of(link, link.album).standing(now)
    # A planned mail may wait for a draft to be published.
    if standing != Standing.OPEN and not (due_at and standing == Standing.DRAFT):
        raise recipients.Unsendable("link", CLOSED[standing])
    if not addresses.address_of(link):
        raise recipients.Unsendable("link", LOST)
    # What answers a guest is bounded where it is written; no guest uses up what the studio may send.
    lately = Letter.objects.for_studio(link.studio_id).filter(created_at__gt=now - timedelta(days=1))
    day = lately.exclude(kind__in=PROMPT)
    if day.count() + len(to) > MOST_A_DAY:
        raise recipients.Unsendable(
            "addresses", f"A studio can write {MOST_A_DAY:,} mails a day. Please go on tomorrow."
        )


def write(letters: list[Letter]) -> list[Letter]:
    """Keep these letters, those with known keys once; the due ones get a job. Returns the rows as kept."""
    if not letters:
        return []
    studio_id = letters[0].studio_id
    mine = Letter.objects.for_studio(studio_id)
    mine.bulk_create(letters, ignore_conflicts=True)
    kept = list(mine.filter(key__in=[letter.key for letter in letters]).order_by("pk"))
    now = timezone.now()
    for letter in kept:
        if letter.state == LetterState.QUEUED and letter.due_at <= now:
            queue.put(studio_id, JOB, letter.pk, queue=Queue.DEFAULT)
    return kept


def remind(link: ShareLink, days: int, *, due_at: datetime) -> int:
    """Write the reminder of `days` before the end to the people of a link; each is reminded once. How many are new."""
    people: dict[str, Visitor | None] = {visitor.email: visitor for visitor in recipients.visitors_of(link)}
    told = Letter.objects.for_studio(link.studio_id).filter(
        link_id=link.pk, kind__in=DELIVERIES, state=LetterState.SENT
    )
    languages = dict(told.order_by("pk").values_list("to", "language"))
    for address in languages:
        people.setdefault(address, None)
    assert link.expires_on is not None
    known = Letter.objects.for_studio(link.studio_id).filter(link_id=link.pk, kind=LetterKind.REMINDER)
    before = set(known.values_list("key", flat=True))
    fallback = composing.language_of(link.album)
    fresh = [
        Letter(
            studio=link.studio,
            album=link.album,
            link=link,
            visitor=visitor,
            kind=LetterKind.REMINDER,
            key=f"{reminder_prefix(link)}{days}:{digest(address)}",
            to=address,
            language=languages.get(address, fallback),
            due_at=due_at,
        )
        for address, visitor in list(people.items())[: recipients.MOST_VISITORS]
    ]
    fresh = [letter for letter in fresh if letter.key not in before]
    write(fresh)
    return len(fresh)


def reminder_prefix(link: ShareLink) -> str:
    """How keys of reminders of this link and this end begin; a link that is extended has reminders of its own again."""
    return f"reminder:{link.pk}:{link.expires_on}:"


def selection_received(selection: Selection, count: int) -> Letter | None:
    """Tell a visitor that the selection of so many photos has arrived; once for each round. None without an address.

    Call it in the transaction that sends the selection, with the visitor's language active.
    """
    visitor, album = selection.visitor, selection.album
    if not visitor.email:
        return None
    language = composing.known_language(get_language())
    link = visitor.link
    found = templates.values(album.studio, album.title, link, language, client=visitor.name, note="", count=count)
    template = templates.template_of(album.studio, LetterKind.RECEIVED, language)
    words = templates.compose(album.studio, template, found, language)
    kept = write(
        [
            Letter(
                studio=album.studio,
                album=album,
                link=link,
                visitor=visitor,
                kind=LetterKind.RECEIVED,
                key=f"received:{selection.pk}:{selection.round}",
                to=visitor.email,
                language=language,
                subject=words.subject,
                text=words.text,
                html=words.html,
            )
        ]
    )
    return kept[0]


def all_ready(selection: Selection) -> Letter | None:
    """Tell a visitor that the studio is done with all photos of a list; once for each round.

    None without an address, or if it was told before. Call it in the transaction of the deed, holding the list's row.
    """
    visitor, album = selection.visitor, selection.album
    key = f"ready:{selection.pk}:{selection.round}"
    mine = Letter.objects.for_studio(album.studio_id)
    if not visitor.email or mine.filter(key=key).exists():
        return None
    spoken = mine.filter(visitor_id=visitor.pk).order_by("-pk").values_list("language", flat=True).first()
    letter = Letter(
        studio=album.studio,
        album=album,
        link=visitor.link,
        visitor=visitor,
        kind=LetterKind.COMPLETE,
        key=key,
        to=visitor.email,
        language=spoken or composing.language_of(album),
    )
    return write([letter])[0]


# -- what becomes of it ----------------------------------------------------------------------------------------------


def cancel(letter: Letter, *, by: User) -> bool:
    """Take back a mail that waits. False if it is on its way or settled already."""
    waiting = Letter.objects.for_studio(letter.studio_id).filter(pk=letter.pk, state=LetterState.QUEUED)
    if not waiting.update(state=LetterState.CANCELLED, error=""):
        return False
    note_down(letter.studio, by, "letter.cancelled", letter)
    return True


def retry(letter: Letter, *, by: User) -> bool:
    """Send a failed mail again, now. False if it has not failed."""
    failed = Letter.objects.for_studio(letter.studio_id).filter(pk=letter.pk, state=LetterState.FAILED)
    again = {"state": LetterState.QUEUED, "error": "", "attempts": 0, "due_at": timezone.now()}
    if not failed.update(**again, **forgotten_words(letter)):
        return False
    queue.put(letter.studio_id, JOB, letter.pk, queue=Queue.DEFAULT, again=True)
    note_down(letter.studio, by, "letter.retried", letter)
    return True


def forgotten_words(letter: Letter) -> dict[str, str]:
    """What to save so that the next try finds its words anew; what tells of one moment keeps them."""
    return {} if letter.kind in PROMPT else {"subject": "", "text": "", "html": ""}


def obstacle(letter: Letter, now: datetime) -> str:
    """Why a mail cannot go out now, or ""."""
    if letter.kind == LetterKind.RECEIVED:
        return ""
    if letter.link is None:
        return "The link of this mail was deleted."
    standing = Terms.of(letter.link, letter.album).standing(now)
    return CLOSED.get(standing, "") or ("" if addresses.address_of(letter.link) else LOST)


def is_stale(letter: Letter) -> bool:
    """A reminder of an end that was moved since."""
    return (
        letter.kind == LetterKind.REMINDER
        and letter.link is not None
        and not letter.key.startswith(reminder_prefix(letter.link))
    )


def digest(address: str) -> str:
    """A short name of an address, for keys."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:24]
