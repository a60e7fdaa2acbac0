"""Who gets an email to clients. Call it in `acting_in(studio)`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.albums.models import Album
from apps.sharing.models import ShareLink, Visitor

MOST_TYPED = 50
MOST_VISITORS = 500
# What a mail server takes at most, and the row keeps.
LONGEST_ADDRESS = 254


class Unsendable(ValueError):
    """What was asked cannot be sent.

    field: which entry of the form is wrong.  The message says why, to a photographer.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def addresses_in(text: str) -> list[str]:
    """The email addresses in what a person typed, each once, in lower case. Raises Unsendable."""
    # Commas, semicolons, blanks and lines part them; "Anna <anna@example.com>" is the address alone.
    with_names = re.sub(r"[;\r\n]+", ",", text)
    if "<" not in with_names:
        with_names = re.sub(r"\s+", ",", with_names)
    found: dict[str, None] = {}
    for _, address in getaddresses([part for part in with_names.split(",") if part.strip()]):
        try:
            validate_email(address)
            if len(address.lower()) > LONGEST_ADDRESS:
                raise ValidationError("too long")
        except ValidationError:
            raise Unsendable("addresses", f"“{(address or text.strip())[:80]}” is not an email address.") from None
        found[address.lower()] = None
    if len(found) > MOST_TYPED:
        raise Unsendable("addresses", f"At most {MOST_TYPED} addresses at once; these are {len(found)}.")
    return list(found)


def visitors_of(link: ShareLink) -> list[Visitor]:
    """The people who came by this link and said who they are, newest first."""
    rows = Visitor.objects.for_studio(link.studio_id).filter(link_id=link.pk, email__gt="")
    return list(rows.order_by("-pk")[:MOST_VISITORS])


def known_as(album: Album, addresses: Iterable[str]) -> dict[str, Visitor]:
    """The album's visitors with these addresses."""
    rows = Visitor.objects.for_studio(album.studio_id).filter(shown_id=album.pk, email__in=list(addresses))
    return {visitor.email: visitor for visitor in rows}
