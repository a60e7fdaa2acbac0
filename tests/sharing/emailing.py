"""Emails to clients as tests write, send and read them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from apps.accounts.models import Email, Studio
from apps.accounts.tenancy import acting_in
from apps.sharing.emails import writing
from apps.sharing.models import ClientEmail, EmailKind
from tests.accounts.emails import change as change_row
from tests.sharing.conftest import Share

ANNA, TOM = "anna@example.com", "tom@example.com"


def written(studio: Studio) -> list[ClientEmail]:
    """All emails to the studio's clients, oldest first."""
    with acting_in(studio):
        return list(ClientEmail.objects.for_studio(studio).select_related("email").order_by("pk"))


def reread(row: ClientEmail) -> Email:
    """The row of the outbox as it is now."""
    with acting_in(row.studio_id):
        return Email.of(row.studio_id).get(pk=row.email_id)


def change(row: ClientEmail, **values: Any) -> None:
    """Change the row of the outbox behind everybody's back."""
    change_row(row.email_id, **values)


def email_of(share: Share, kind: EmailKind = EmailKind.DELIVERY, to: str = ANNA, **values: Any) -> ClientEmail:
    """An email about the link. values: columns of the row of the outbox, or `language` and `note`."""
    about = {name: values.pop(name) for name in ("language", "note") if name in values}
    with acting_in(share.studio):
        draft = writing.drafted(kind, share.album, values.pop("key", uuid4().hex), to, link=share.link, **about)
        [row] = writing.put_all([draft])
    if values:
        change(row, **values)
    return row
