"""What the mails to clients say: in which language, by which template, composed of what holds now.

Call it in `acting_in(studio)`.
"""

from __future__ import annotations

from django.utils import timezone

from apps.accounts.journal import note as note_down
from apps.accounts.models import Studio, User
from apps.albums.models import Album, Audience, PlacementQuerySet, hidden_from
from apps.sharing.emails import templates
from apps.sharing.models import Letter, LetterKind, LetterTemplate, ShareLink


def compose(letter: Letter) -> templates.Words:
    """The words of a mail as things stand now."""
    if letter.text:
        return templates.Words(letter.subject, letter.text, letter.html)
    client = letter.visitor.name if letter.visitor else ""
    return draft(letter.album, letter.link, LetterKind(letter.kind), letter.language, note=letter.note, client=client)


def draft(
    album: Album, link: ShareLink | None, kind: LetterKind, language: str, *, note: str, client: str = ""
) -> templates.Words:
    """What a mail about a link would say now."""
    count = shown_photos(link, album) if link else 0
    found = templates.values(album.studio, album.title, link, language, client=client, note=note, count=count)
    return templates.compose(album.studio, templates.template_of(album.studio, kind, language), found, language)


def shown_photos(link: ShareLink, album: Album) -> int:
    """How many photos the link shows."""
    audience = Audience(link.pk, link.is_main)
    placements: PlacementQuerySet = album.placements.all()  # type: ignore[assignment]
    return placements.shown_to(audience, hidden_from(audience, album)).count()


def language_of(album: Album) -> str:
    """The language that the album's mails begin with: its own, else the studio's, else English."""
    return known_language(album.design.get("language") or album.studio.design.get("language"))


def known_language(code: object) -> str:
    """The language of mails for a code as browsers and settings have it; English for what is none of ours."""
    short = str(code or "")[:2].lower()
    return short if short in dict(templates.LANGUAGES) else "en"


def set_template(studio: Studio, kind: LetterKind, subject: str, body: str, *, by: User) -> None:
    """The studio's own words for one kind of mail. Raises wording.BadTemplate."""
    templates.check(subject)
    templates.check(body)
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
