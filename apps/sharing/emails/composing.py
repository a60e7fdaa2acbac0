"""What the emails to clients say: in which language, by which template, composed of what holds now.

Call it in `acting_in(studio)`.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from apps.accounts import journal, outbox
from apps.accounts.emails import Words
from apps.accounts.models import Email, EmailState, Studio, User
from apps.albums.models import Album, hidden_from
from apps.sharing.emails import templates
from apps.sharing.links.terms import Standing, Terms
from apps.sharing.models import ClientEmail, EmailKind, EmailTemplate, ShareLink
from apps.smart_collections.asked import photos_of

# How the outbox's rows name the step below.
COMPOSER = "client"

CLOSED = {
    Standing.DRAFT: "The gallery is a draft, so its links do not open. Publish it and try again.",
    Standing.REVOKED: "The link is turned off.",
    Standing.EXPIRED: "The link has expired. Extend it and try again.",
    Standing.ARCHIVED: "The gallery is archived, so its links do not open.",
    Standing.TRASHED: "The gallery is in the trash.",
}
LOST = "The address of this link can no longer be read. Create a new link."
MOVED = "The link’s expiry date has changed in the meantime."


def compose(email: Email) -> Words:
    """The words of a client's email that goes out now. Raises outbox.Undeliverable."""
    assert email.studio_id is not None, "clients' emails are a studio's"
    rows = ClientEmail.objects.for_studio(email.studio_id).filter(email_id=email.pk)
    row = rows.select_related("studio", "album", "link", "visitor").defer("studio__logo").first()
    if row is None:
        raise outbox.Undeliverable("The gallery was deleted.", EmailState.CANCELLED)
    row.email, row.album.studio = email, row.studio
    if row.link is not None:
        row.link.studio, row.link.album = row.studio, row.album
    if row.is_stale:
        raise outbox.Undeliverable(MOVED, EmailState.CANCELLED)
    if obstacle := _obstacle(row, timezone.now()):
        raise outbox.Undeliverable(obstacle)
    return email.words if row.kind in ClientEmail.OF_ONE_MOMENT else _as_of_now(row)


def _obstacle(row: ClientEmail, now: datetime) -> str:
    """Why an email cannot go out now, or ""."""
    if row.kind == EmailKind.RECEIVED:
        return ""
    if row.link is None:
        return "The link of this email was deleted."
    if row.studio.is_closing:
        return "The studio was deleted, so its links do not open."
    standing = Terms.of(row.link, row.album).standing(now)
    return CLOSED.get(standing, "") or ("" if row.link.url else LOST)


def words_of(row: ClientEmail) -> Words:
    """The words of an email as it went out, or as it would go out now."""
    is_written = row.email.state != EmailState.WAITING or row.kind in ClientEmail.OF_ONE_MOMENT
    return row.email.words if is_written and row.email.sealed else _as_of_now(row)


def _as_of_now(row: ClientEmail) -> Words:
    client = row.visitor.name if row.visitor else ""
    words = draft(row.album, row.link, EmailKind(row.kind), row.language, note=row.note, client=client)
    return words._replace(may_stop=row.kind == EmailKind.REMINDER)


def draft(
    album: Album, link: ShareLink | None, kind: EmailKind, language: str, *, note: str, client: str = ""
) -> Words:
    """What an email about a link would say now."""
    count = shown_photos(link, album) if link else 0
    studio = album.studio.dressed(album.brand)
    found = templates.values(studio, album.title, link, language, client=client, note=note, count=count)
    return templates.compose(studio, templates.of_gallery(album, kind, language), found, language)


def shown_photos(link: ShareLink, album: Album) -> int:
    """How many photos the link shows."""
    return photos_of(album).shown_to(link.audience, hidden_from(link.audience, album)).count()


def language_of(album: Album) -> str:
    """The language that the album's emails begin with: its own, else the studio's, else English."""
    return known_language(album.design.get("language") or album.studio.design.get("language"))


def known_language(code: object) -> str:
    """The language of emails for a code as browsers and settings have it; English for what is none of ours."""
    short = str(code or "")[:2].lower()
    return short if short in dict(templates.LANGUAGES) else "en"


def set_template(studio: Studio, kind: EmailKind, subject: str, body: str, *, by: User) -> None:
    """The studio's own words for one kind of email. Raises templates.BadTemplate."""
    templates.check(subject)
    templates.check(body)
    EmailTemplate.objects.for_studio(studio).update_or_create(
        studio=studio,
        kind=kind,
        defaults={
            "subject": " ".join(subject.split()),
            "body": body.replace("\r\n", "\n").strip(),
            "updated_at": timezone.now(),
        },
    )
    journal.note(studio, by, "emails.template_changed", None, kind=kind.value)


def reset_template(studio: Studio, kind: EmailKind, *, by: User) -> None:
    """Go back to the installation's words."""
    if EmailTemplate.objects.for_studio(studio).filter(kind=kind).delete()[0]:
        journal.note(studio, by, "emails.template_reset", None, kind=kind.value)
