"""What opens a studio's links, on its way from one installation to another.

Beside the rows lies one file that only the export's passphrase opens: tokens and PINs of links. They were encrypted
with the installation's own secret, are opened here and closed again there. A link's password cannot come along, as
nobody knows it: such a link stays closed until it gets a new one. Passwords of members never leave: who exports a
studio may read what is the studio's, and an account may belong to people of other studios too.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from apps.accounts.models import secret_hash
from apps.backups.load import MAY_BE_SENT
from apps.portability.layout import THERE
from apps.sharing.models import ShareLink
from apps.sharing.models import secrets as link_secrets

Row = dict[str, Any]


def written(studio_id: UUID) -> Iterator[bytes]:
    """The secrets of a studio's links as JSON lines. Run in the studio."""
    for link in ShareLink.objects.for_studio(studio_id).order_by("pk"):
        facts = {"id": str(link.pk), "token": link.token, "token_hash": link.token_hash, "pin": link.pin}
        yield json.dumps(facts).encode() + b"\n"


@dataclass(slots=True)
class Secrets:
    """Secrets of an export, and what became of those that did not come along.

    known: by the link's id; empty without the passphrase.  new_tokens, closed: links that got another address, and
    those that stay closed until they get a password.  no_password: people who choose a password by email.
    """

    known: dict[str, Row] = field(default_factory=dict)
    new_tokens: int = 0
    closed: int = 0
    no_password: int = 0

    @classmethod
    def read(cls, lines: Iterator[bytes]) -> Secrets:
        """What `written` wrote."""
        return cls({row["id"]: row for row in map(json.loads, lines)})

    def fill(self, table: str, row: Row) -> Row:
        """A row with its secrets, as this installation keeps them; rows of other tables as they are."""
        match table:
            case "sharing_sharelink":
                self._link(row)
            case "accounts_user":
                row["password"] = make_password(None)
            case "accounts_email":
                self._email(row)
            case "sharing_visitor":
                row |= {"code_hash": "", "code_expires_at": None}
        return row

    def _link(self, row: Row) -> None:
        known = self.known.get(row["id"], {})
        token = known.get("token", "")
        if not known:
            token = link_secrets.new_token()
            self.new_tokens += 1
        # A token that the studio could not be shown any more still opens.
        row["token_hash"] = secret_hash(token) if token else known["token_hash"]
        row["token_sealed"] = link_secrets.seal(token) if token else ""
        if row["password_hash"] == THERE:
            row["password_hash"] = link_secrets.hash_password(secrets.token_urlsafe())
            self.closed += 1
        if row["pin_hash"] == THERE:
            pin = known.get("pin") or link_secrets.new_pin()
            row |= {"pin_hash": link_secrets.hash_password(pin), "pin_sealed": link_secrets.seal(pin)}

    def _email(self, row: Row) -> None:
        """What an email said stays where it was sent from, and none that waited goes out from here by itself."""
        row["sealed"] = ""
        if row["state"] in ("waiting", "sending"):
            row |= {"state": "failed", "error": MAY_BE_SENT, "lease_until": None}
