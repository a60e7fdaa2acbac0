"""The words of an email to a client: the installation's own or the studio's template, with what belongs into them.

A template is plain text with names in braces. A line with a name that has no value is left out, so one template serves
links with and without a password or an end; "{client}" alone takes only itself and the blank before it away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from apps.accounts import colours
from apps.accounts.emails import SUBJECT_LENGTH, Words
from apps.accounts.models import Studio
from apps.albums.models import Album
from apps.sharing.models import EmailKind, EmailTemplate, ShareLink, Shown

LANGUAGES = (("en", "English"), ("de", "Deutsch"))

VARIABLES = {
    "client": "the client's name, if it is known",
    "gallery": "the title of the gallery",
    "link": "the address of the gallery; alone in a paragraph it becomes a button",
    "password_hint": "a sentence that a password is needed, if it is; never the password itself",
    "expires": "the day on which the link closes, if it does",
    "studio": "the name of your studio",
    "note": "your personal note, if you write one",
    "count": "how many photos there are",
}

_NAME = re.compile(r"\{\s*([^{}\n]{0,40}?)\s*\}")
_CLIENT = re.compile(r"[ \t]*\{\s*client\s*\}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")

# kind: (subject, text)
DEFAULTS = {
    EmailKind.DELIVERY: (
        _("Your photos are ready: {gallery}"),
        _(
            "Hello {client},\n\nYour photos are ready. You’ll find them all in your gallery “{gallery}”.\n\n"
            "{note}\n\n{link}\n\n{password_hint}\n\nThe gallery is open until {expires}.\n\nKind regards\n{studio}"
        ),
    ),
    EmailKind.REMINDER: (
        _("{gallery}: open until {expires}"),
        _(
            "Hello {client},\n\nYour gallery “{gallery}” closes at the end of {expires}. Until then you can view your "
            "photos and save the ones you want to keep.\n\n{note}\n\n{link}\n\n{password_hint}\n\n"
            "Kind regards\n{studio}"
        ),
    ),
    EmailKind.COMPLETE: (
        _("Your gallery is complete: {gallery}"),
        _(
            "Hello {client},\n\nYour gallery “{gallery}” is now complete. Photos: {count}.\n\n{note}\n\n{link}\n\n"
            "{password_hint}\n\nThe gallery is open until {expires}.\n\nKind regards\n{studio}"
        ),
    ),
    EmailKind.RECEIVED: (
        _("We received your selection: {gallery}"),
        _(
            "Hello {client},\n\nThank you. We’ve received your selection from “{gallery}”. Photos: {count}.\n\n"
            "{link}\n\nKind regards\n{studio}"
        ),
    ),
    EmailKind.NUDGE: (
        _("Your photos are waiting: {gallery}"),
        _(
            "Hello {client},\n\nYour gallery “{gallery}” is ready. Take a look whenever you have a quiet moment.\n\n"
            "{note}\n\n{link}\n\n{password_hint}\n\nThe gallery is open until {expires}.\n\nKind regards\n{studio}"
        ),
    ),
    EmailKind.DOWNLOAD: (
        _("Your download: {gallery}"),
        _(
            "Hello {client},\n\nHere is the link to download your photos from “{gallery}” on any device. "
            "Photos: {count}.\n\n{link}\n\n{password_hint}\n\n"
            "The gallery is open until {expires}.\n\nKind regards\n{studio}"
        ),
    ),
}


class BadTemplate(ValueError):
    """A template holds a name that nobody knows; the message says so to a photographer."""


@dataclass(frozen=True, slots=True)
class Template:
    """Subject and text with names in braces. is_own: the studio wrote it."""

    subject: str
    body: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph of the HTML part: text with line breaks, or the button."""

    html: SafeString
    is_button: bool


def check(text: str) -> None:
    """Raises BadTemplate if a name in braces is none of `VARIABLES`."""
    for name in _NAME.findall(text):
        if name not in VARIABLES:
            known = ", ".join(f"{{{one}}}" for one in VARIABLES)
            raise BadTemplate(f"{{{name}}} is not known. You can use {known}.")


def default(kind: str, language: str) -> Template:
    """The installation's own words."""
    subject, body = DEFAULTS[EmailKind(kind)]
    with translation.override(language):
        return Template(str(subject), str(body))


def template_of(studio: Studio, kind: str, language: str) -> Template:
    """The studio's words for this kind of email, else the installation's. One query."""
    own = EmailTemplate.objects.for_studio(studio).filter(kind=kind).first()
    return Template(own.subject, own.body, is_own=True) if own else default(kind, language)


def of_gallery(album: Album, kind: EmailKind, language: str) -> Template:
    """The gallery's words for this kind of email, else the studio's, else the installation's. Two queries at most."""
    rows = Shown.objects.for_studio(album.studio_id).filter(pk=album.pk).values_list("email_texts", flat=True)
    own = (rows.first() or {}).get(kind.value)
    if own:
        return Template(own["subject"], own["body"], is_own=True)
    return template_of(album.studio, kind, language)


def set_of_gallery(shown: Shown, kind: EmailKind, words: Template) -> None:
    """Give a gallery its own words for a kind of email. Raises BadTemplate."""
    check(words.subject)
    check(words.body)
    text = {"subject": " ".join(words.subject.split()), "body": words.body.replace("\r\n", "\n").strip()}
    shown.email_texts = {**shown.email_texts, kind.value: text}
    shown.save(update_fields=["email_texts"])


def values(
    studio: Studio, gallery: str, link: ShareLink | None, language: str, *, client: str, note: str, count: int
) -> dict[str, str]:
    """What belongs into the words, by name. The password is never among it."""
    with translation.override(language):
        hint = gettext("You’ll need the password from %(studio)s.") % {"studio": studio.name}
        expires_on = link.expires_on if link else None
        return {
            "client": " ".join(client.split()),
            "gallery": " ".join(gallery.split()),
            "link": link.url if link else "",
            "password_hint": hint if link and link.is_password_protected else "",
            "expires": date_format(expires_on, pgettext("date in an email", "D j F Y")) if expires_on else "",
            "studio": " ".join(studio.name.split()),
            "note": note.replace("\r\n", "\n").strip(),
            "count": str(count),
        }


def compose(studio: Studio, template: Template, found: Mapping[str, str], language: str) -> Words:
    """The email itself. Values are put in once: braces in a client's name are text."""
    paragraphs = [part for part in _PARAGRAPH.split(template.body.replace("\r\n", "\n").strip()) if part.strip()]
    texts: list[str] = []
    blocks: list[_Block] = []
    for paragraph in paragraphs:
        text = _filled(paragraph, found)
        if text:
            texts.append(text)
            is_button = paragraph.strip().replace(" ", "") == "{link}"
            blocks.append(_Block(mark_safe(text) if is_button else _as_html(text, found["link"]), is_button))
    subject = " ".join(_put_in(_without_client(template.subject, found), found).split())[:SUBJECT_LENGTH]
    accent = colours.parse(studio.accent)
    with translation.override(language):
        html = render_to_string(
            "sharing/emails/html_part.html",
            {
                "studio": studio,
                "blocks": blocks,
                "link": found["link"],
                "language": language,
                "accent": colours.spell(accent),
                "on_accent": colours.spell(colours.on(accent)),
                "accent_text": colours.spell(colours.darkened(accent)),
                "subject": subject,
            },
        )
    return Words(subject, "\n\n".join(texts) + "\n", html)


def _filled(paragraph: str, found: Mapping[str, str]) -> str:
    """A paragraph with its values, without the lines that have nothing to say."""
    lines = []
    for line in paragraph.split("\n"):
        line = _without_client(line, found)
        if all(found.get(name, "") for name in _NAME.findall(line) if name in VARIABLES):
            lines.append(_put_in(line, found).rstrip())
    return "\n".join(lines).strip()


def _without_client(text: str, found: Mapping[str, str]) -> str:
    """ "Hello {client}," becomes "Hello," for a client without a name."""
    return text if found["client"] else _CLIENT.sub("", text)


def _put_in(text: str, found: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: found.get(match[1], match[0]), text)


def _as_html(text: str, link: str) -> SafeString:
    safe = str(conditional_escape(text)).replace("\n", "<br>")
    if link:
        address = conditional_escape(link)
        safe = safe.replace(address, f'<a href="{address}">{address}</a>')
    return mark_safe(safe)
