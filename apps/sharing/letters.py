"""Mails to clients: written as rows in the transaction of the deed, sent by a job (see `posting`).

Call the deeds in `acting_in(studio)`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import getaddresses
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import get_language

from apps.accounts.journal import note as note_down
from apps.accounts.models import Membership, Role, Studio, User
from apps.albums.models import Album, Audience, PlacementQuerySet, hidden_from
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.sharing import links, wording
from apps.sharing.models import Letter, LetterKind, LetterState, LetterTemplate, Selection, ShareLink, Visitor
from apps.sharing.terms import Standing, Terms

JOB = "letter"
MOST_TYPED = 50
MOST_VISITORS = 500
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


class Unsendable(ValueError):
    """What was asked cannot be sent.

    field: which entry of the form is wrong.  The message says why, to a photographer.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


# -- who gets it -----------------------------------------------------------------------------------------------------


def addresses_in(text: str) -> list[str]:
    """The mail addresses in what a person typed, each once, in lower case. Raises Unsendable."""
    # Commas, semicolons, blanks and lines part them; "Anna <anna@example.com>" is the address alone.
    with_names = re.sub(r"[;\r\n]+", ",", text)
    if "<" not in with_names:
        with_names = re.sub(r"\s+", ",", with_names)
    found: dict[str, None] = {}
    for _, address in getaddresses([part for part in with_names.split(",") if part.strip()]):
        try:
            validate_email(address)
        except ValidationError:
            raise Unsendable("addresses", f"“{(address or text.strip())[:80]}” is not a mail address.") from None
        found[address.lower()] = None
    if len(found) > MOST_TYPED:
        raise Unsendable("addresses", f"At most {MOST_TYPED} addresses at once; these are {len(found)}.")
    return list(found)


def visitors_of(link: ShareLink) -> list[Visitor]:
    """The people who came by this link and said who they are, newest first."""
    return list(Visitor.objects.for_studio(link.studio_id).filter(link_id=link.pk).order_by("-pk")[:MOST_VISITORS])


def known_as(album: Album, addresses: Iterable[str]) -> dict[str, Visitor]:
    """The album's visitors with these addresses."""
    rows = Visitor.objects.for_studio(album.studio_id).filter(album_id=album.pk, email__in=list(addresses))
    return {visitor.email: visitor for visitor in rows}


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
    """Write one mail about a link to each address, due now or at `due_at`. Raises Unsendable.

    batch: names this sending; the same one again (a form sent twice) writes nothing new.
    """
    now = timezone.now()
    _check(link, to, due_at, now)
    album = link.album
    people = known_as(album, to)
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
        raise Unsendable("addresses", "Say who gets the mail.")
    if due_at is not None and due_at <= now:
        raise Unsendable("due", "That moment is over. Choose a later one.")
    if due_at is not None and due_at > now + LATEST:
        raise Unsendable("due", "A mail can be planned for one year ahead at most.")
    if due_at is not None and link.expires_at and due_at >= link.expires_at:
        raise Unsendable("due", "The link will have run out by then.")
    standing = Terms.of(link, link.album).standing(now)
    # A planned mail may wait for a draft to be published.
    if standing != Standing.OPEN and not (due_at and standing == Standing.DRAFT):
        raise Unsendable("link", CLOSED[standing])
    if not links.address_of(link):
        raise Unsendable("link", LOST)
    day = Letter.objects.for_studio(link.studio_id).filter(created_at__gt=now - timedelta(days=1))
    if day.count() + len(to) > MOST_A_DAY:
        raise Unsendable("addresses", f"A studio can write {MOST_A_DAY:,} mails a day. Please go on tomorrow.")


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
    people: dict[str, Visitor | None] = {visitor.email: visitor for visitor in visitors_of(link)}
    told = Letter.objects.for_studio(link.studio_id).filter(
        link_id=link.pk, kind__in=DELIVERIES, state=LetterState.SENT
    )
    languages = dict(told.order_by("pk").values_list("to", "language"))
    for address in languages:
        people.setdefault(address, None)
    assert link.expires_on is not None
    known = Letter.objects.for_studio(link.studio_id).filter(link_id=link.pk, kind=LetterKind.REMINDER)
    before = set(known.values_list("key", flat=True))
    fallback = language_of(link.album)
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
        for address, visitor in list(people.items())[:MOST_VISITORS]
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
    language = known_language(get_language())
    link = visitor.link
    found = wording.values(album.studio, album.title, link, language, client=visitor.name, note="", count=count)
    template = wording.template_of(album.studio, LetterKind.RECEIVED, language)
    words = wording.compose(album.studio, template, found, language)
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
    return CLOSED.get(standing, "") or ("" if links.address_of(letter.link) else LOST)


def is_stale(letter: Letter) -> bool:
    """A reminder of an end that was moved since."""
    return (
        letter.kind == LetterKind.REMINDER
        and letter.link is not None
        and not letter.key.startswith(reminder_prefix(letter.link))
    )


def compose(letter: Letter) -> wording.Words:
    """The words of a mail as things stand now."""
    if letter.text:
        return wording.Words(letter.subject, letter.text, letter.html)
    client = letter.visitor.name if letter.visitor else ""
    return draft(letter.album, letter.link, LetterKind(letter.kind), letter.language, note=letter.note, client=client)


def draft(
    album: Album, link: ShareLink | None, kind: LetterKind, language: str, *, note: str, client: str = ""
) -> wording.Words:
    """What a mail about a link would say now."""
    count = shown_photos(link, album) if link else 0
    found = wording.values(album.studio, album.title, link, language, client=client, note=note, count=count)
    return wording.compose(album.studio, wording.template_of(album.studio, kind, language), found, language)


def shown_photos(link: ShareLink, album: Album) -> int:
    """How many photos the link shows."""
    audience = Audience(link.pk, link.is_main)
    placements: PlacementQuerySet = album.placements.all()  # type: ignore[assignment]
    return placements.shown_to(audience, hidden_from(audience, album)).count()


def reply_address(studio: Studio) -> str:
    """Where a client's answer goes: to the studio's first owner."""
    owners = Membership.objects.for_studio(studio).filter(role=Role.OWNER, user__is_active=True).order_by("pk")
    return owners.values_list("user__email", flat=True).first() or ""


# -- templates -------------------------------------------------------------------------------------------------------


def set_template(studio: Studio, kind: LetterKind, subject: str, body: str, *, by: User) -> None:
    """The studio's own words for one kind of mail. Raises wording.BadTemplate."""
    wording.check(subject)
    wording.check(body)
    LetterTemplate.objects.for_studio(studio).update_or_create(
        studio=studio,
        kind=kind,
        defaults={
            "subject": " ".join(subject.split()),
            "body": body.replace("\r\n", "\n").strip(),
            "updated_at": timezone.now(),
        },
    )
    note_down(studio, by, "letters.template_changed", None, kind=kind.value)


def reset_template(studio: Studio, kind: LetterKind, *, by: User) -> None:
    """Go back to the installation's words."""
    if LetterTemplate.objects.for_studio(studio).filter(kind=kind).delete()[0]:
        note_down(studio, by, "letters.template_reset", None, kind=kind.value)


# -- small things ----------------------------------------------------------------------------------------------------


def language_of(album: Album) -> str:
    """The language that the album's mails begin with: its own, else the studio's, else English."""
    return known_language(album.design.get("language") or album.studio.design.get("language"))


def known_language(code: object) -> str:
    """The language of mails for a code as browsers and settings have it; English for what is none of ours."""
    short = str(code or "")[:2].lower()
    return short if short in dict(wording.LANGUAGES) else "en"


def digest(address: str) -> str:
    """A short name of an address, for keys."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:24]
