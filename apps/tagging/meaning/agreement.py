"""Agreeing in words that texts are sent, and to whom; the server itself; taking all of it back.

Run in `acting_in(studio)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import Studio, User
from apps.jobs.models import Job, State
from apps.tagging.addresses import check_url
from apps.tagging.consent import NoProvider, SendingNotAgreed
from apps.tagging.meaning_models import MeaningServer, MeaningWait, PhotoMeaning
from apps.web.compiled_queries import Compiled
from apps.web.refusal import Refusal

#: The kind of the job that embeds what waits; its subject is the studio.
EMBED: Final = "embed_meanings"
#: Raise with every change of the text: who agreed is asked for by version.
VERSION: Final = 1
_TEXT: Final = (
    "The caption, alt text and keywords of each photo go to {to}, and so does what a member types to search by "
    "meaning. No picture is sent.",
    "Whoever runs this server can read these texts. If they name people, you need a reason to send them there, and an "
    "agreement with that company if it isn’t your own server.",
    "You can switch this off at any time. That deletes what was computed, and nothing is sent from then on.",
)
# What there is to embed of all photos. A photo that waits already waits on.
_ALL: Final = """
    insert into tagging_meaningwait (id, studio_id, photo_id, since)
    select gen_random_uuid(), p.studio_id, p.id, clock_timestamp() from albums_photo p
    where p.studio_id = %s and p.trashed_at is null
        and (p.caption <> '' or p.alt_text <> '' or p.keywords <> '[]'::jsonb)
    on conflict (studio_id, photo_id) do nothing
"""


class MeaningOff(Refusal):
    """Nobody has agreed, or to another server than that of now."""

    status = 409
    code = "meaning_off"
    sentence = "Search by meaning is switched off in this studio."


def server_of(studio: Studio) -> MeaningServer | None:
    """The studio's server for meanings, if it has one."""
    return next(iter(_SERVER(_Whole(studio.pk))), None)


@dataclass(frozen=True)
class _Whole:
    """A studio."""

    studio: UUID


def _server(whole: _Whole) -> QuerySet[MeaningServer]:
    return MeaningServer.objects.for_studio(whole.studio).order_by("pk")[:1]


# Each search of the library asks this.
_SERVER: Final = Compiled(_server, is_planned_once=True)


def may_send(server: MeaningServer | None) -> bool:
    """True if somebody agreed that texts go to this very address, to the text of today."""
    return server is not None and server.is_on and server.consent_version == VERSION and server.url == server.consent_to


def require(studio: Studio) -> MeaningServer:
    """Raises MeaningOff unless the server may be sent texts."""
    server = server_of(studio)
    if server is None or not may_send(server):
        raise MeaningOff
    return server


def text_for(server: MeaningServer | None) -> list[str]:
    """What is agreed to, paragraph by paragraph."""
    return [paragraph.format(to=server.url if server else "the server") for paragraph in _TEXT]


def change(studio: Studio, *, by: User, key: str | None, **values: Any) -> MeaningServer:
    """Set the server. values: kind, url, model, price_in.  key: None keeps the one there is.

    Another address is sent nothing until somebody agrees again, and loses the key: a key must not go where it was not
    entered for. With another model all photos are embedded anew, in the background.  Raises AddressRefused.
    """
    values["url"] = check_url(values["url"])
    server = MeaningServer.objects.for_studio(studio).select_for_update().first() or MeaningServer(studio=studio)
    is_other_model = server.model != values["model"]
    if server.url != values["url"]:
        server.key, server.failures, server.rests_until = "", 0, None
    for name, value in values.items():
        setattr(server, name, value)
    if key is not None:
        server.key = key.strip()
    server.save()
    if server.is_on and is_other_model:
        embed_all(studio)
    journal.note(studio, by, "ai.meaning_server", fields=sorted(values))
    return server


def switch_on(studio: Studio, *, by: User, agreed: bool) -> MeaningServer:
    """Let texts be sent to the server of now, and embed what there is. Raises SendingNotAgreed, NoProvider."""
    server = server_of(studio)
    if server is None:
        raise NoProvider
    if not agreed:
        raise SendingNotAgreed("Confirm that you may send these texts to this server.")
    server.is_on, server.consent_to = True, server.url
    server.consent_by, server.consent_at, server.consent_version = by, timezone.now(), VERSION
    server.save()
    embed_all(studio)
    journal.note(studio, by, "ai.meaning_on", version=VERSION, to=server.url)
    return server


def switch_off(studio: Studio, *, by: User) -> None:
    """Send nothing from now on, and forget what was computed. Twice is once."""
    server = server_of(studio)
    if server is None or not server.is_on:
        return
    server.is_on = False
    server.save(update_fields=["is_on"])
    PhotoMeaning.objects.for_studio(studio).delete()
    MeaningWait.objects.for_studio(studio).delete()
    Job.objects.for_studio(studio).filter(kind=EMBED, state=State.PENDING).delete()
    journal.note(studio, by, "ai.meaning_off")


def embed_all(studio: Studio) -> None:
    """Have all photos embedded that have a text; one whose text is known already is not sent again."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [studio.pk])
