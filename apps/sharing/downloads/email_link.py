"""The address of the download page, sent by email to a visitor who would rather download on another device.

The email goes to the address by which the visitor is known and to no other. Nobody has proved it yet in the browser
where it was first typed, so the emails are few.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from apps.accounts.emails import Words, digest
from apps.sharing.access import Grant
from apps.sharing.downloads.archive.plan import Wish
from apps.sharing.emails import composing, templates, writing
from apps.sharing.models import ClientEmail, EmailKind, ShareLink, Visitor
from apps.web.rate_limit import RateLimit, reserve_all

DAY: Final = 24 * 3600
PER_VISITOR = RateLimit("link-download-email-visitor", 3, DAY)
PER_IP = RateLimit("link-download-email-address", 10, DAY)
PER_LINK = RateLimit("link-download-email", 50, DAY)
# The same wish within so many seconds is a second tap on the button.
_ONCE: Final = 600


def write(grant: Grant, visitor: Visitor, wish: Wish, count: int, *, client_ip: str, now: datetime) -> ClientEmail:
    """Email the visitor the page with this wish; the worker sends it. Asking twice in a row writes once.

    count: how many photos the wish has.  client_ip: where it is asked from.  Raises RateLimited. Call it in
    `acting_in(grant.studio)`, with the visitor's language active.
    """
    which = digest(f"{wish.what} {wish.size}")[:8]
    key = f"download:{grant.link_id}:{digest(visitor.email)}:{which}:{int(now.timestamp()) // _ONCE}"
    there: ClientEmail | None = ClientEmail.objects.for_studio(grant.studio).filter(email__key=key).first()
    if there is not None:
        return there
    reserve_all((PER_VISITOR, str(visitor.pk)), (PER_IP, client_ip), (PER_LINK, str(grant.link_id)))
    link: ShareLink = ShareLink.objects.for_studio(grant.studio).get(pk=grant.link_id)
    link.studio, link.album = grant.studio, grant.shown.album
    language = composing.known_language(get_language())
    draft = writing.drafted(
        EmailKind.DOWNLOAD,
        grant.shown.album,
        key,
        visitor.email,
        words=_words(link, visitor, wish, count, language),
        link=link,
        visitor=visitor,
        language=language,
    )
    return writing.put_all([draft])[0]


def _words(link: ShareLink, visitor: Visitor, wish: Wish, count: int, language: str) -> Words:
    page = reverse("sharing:downloads", args=[link.key])
    found = templates.values(link.studio, link.album.title, link, language, client=visitor.name, note="", count=count)
    found["link"] = f"{link.face.base_url}{page}?{urlencode({'what': wish.what, 'size': wish.size})}"
    template = templates.template_of(link.studio, EmailKind.DOWNLOAD, language)
    return templates.compose(link.studio, template, found, language)
