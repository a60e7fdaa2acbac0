"""Who is in a picture that a guest holds up: asked of a process of its own (see `engine_server`), in memory alone.

Neither the picture nor its numbers are written or logged here. Numbers reach the database as parameters of a prepared
statement, which neither its log nor its list of running statements shows.
"""

from __future__ import annotations

import json
import socket
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop as _

from apps.faces import findings
from apps.faces.findings import MOST_SELFIE_BYTES, Found
from apps.faces.joining import JOIN, LINK
from apps.web.refusal import Refusal

#: Seconds to connect, and for an answer: the engine itself gives up before.
_CONNECT, _PATIENCE = 2.0, 40.0
_ANSWER_BYTES: Final = 1 << 20
#: Photos of one answer.
MOST: Final = 5_000


class EngineAway(Refusal):
    """The process that looks at selfies does not answer."""

    status = 503
    code = "faces_away"
    sentence = _("Faces cannot be looked for at the moment. Please try again in a minute.")
    wait = 60


class BadSelfie(Refusal):
    """It is no picture, or one that is not read."""

    status = 422
    code = "bad_picture"
    sentence = _("This picture cannot be read. Please try a JPEG of up to 2 MB.")


class NoFace(Refusal):
    """Nobody in it is seen well enough."""

    status = 422
    code = "no_face"
    sentence = _("No face was found in this picture. Please try one from the front, in good light.")


def faces_of(picture: bytes) -> list[Found]:
    """The faces of a selfie that can be recognised, the largest first, at least one.

    Raises BadSelfie, NoFace, EngineAway.
    """
    if not 0 < len(picture) <= MOST_SELFIE_BYTES:
        raise BadSelfie
    answer = _ask(picture)
    if "rejected" in answer:
        raise BadSelfie
    try:
        crops = [b64decode(face.pop("crop"), validate=True) for face in answer["faces"]]
        found = [replace(face, crop=crop) for face, crop in zip(findings.read(answer), crops, strict=True)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineAway from error
    known = [face for face in found if face.embedding is not None]
    if not known:
        raise NoFace
    return known


def wake() -> None:
    """Have the models loaded, without waiting for them: somebody reads the page, and a selfie may follow."""
    try:
        with _connected() as line:
            line.sendall(bytes(4))
    except OSError:
        # Then the selfie's own question says so.
        return


def _ask(picture: bytes) -> dict[str, Any]:
    try:
        with _connected() as line:
            line.sendall(len(picture).to_bytes(4, "big") + picture)
            line.settimeout(_PATIENCE)
            said = bytearray()
            while (part := line.recv(1 << 16)) and len(said) <= _ANSWER_BYTES:
                said += part
        answer = json.loads(said)
    except (OSError, ValueError) as error:
        raise EngineAway from error
    if not isinstance(answer, dict) or answer.get("failed"):
        raise EngineAway
    return answer


def _connected() -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(_CONNECT)
    try:
        line.connect(settings.FACES_SOCKET)
    except OSError:
        line.close()
        raise
    return line


# Near faces, and all photos of whom one of them is surely: light and years put a selfie further from some of them.
_LIKE: Final = """
    with near as (
        select f.photo_id, f.person_id, f.embedding <-> %(vector)s::halfvec as distance
        from faces_face f
        join albums_placement q on q.studio_id = f.studio_id and q.photo_id = f.photo_id and q.album_id = %(album)s
            and q.trashed_at is null
        left join faces_person p on p.studio_id = f.studio_id and p.id = f.person_id
        where f.studio_id = %(studio)s and f.embedding is not null and not f.is_ignored
            and (p.id is null or not (p.is_hidden or p.is_ignored or p.passport = 'no'))
    ), sure as (
        select distinct person_id from near where distance <= %(join)s and person_id is not null
    )
    select distinct photo_id from near
    where distance <= %(link)s or person_id in (select person_id from sure)
    limit %(most)s
"""


def photos_like(studio_id: UUID, album_id: UUID, embedding: Sequence[float]) -> list[UUID]:
    """Photos of a gallery that may show whoever has this embedding, hidden ones too: ask the door which may be seen.

    embedding: 128 numbers.  People hidden from clients, ignored, or who said no, are found by nobody. Run it in
    `acting_in(studio)`.
    """
    vector = "[" + ",".join(f"{value:.6f}" for value in embedding) + "]"
    asked = {"vector": vector, "album": album_id, "studio": studio_id, "join": JOIN, "link": LINK, "most": MOST}
    # Django's own cursors write values into the statement.
    raw = cast("psycopg.Connection[Any]", connection.connection)
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(_LIKE, asked)
        return [row[0] for row in cursor.fetchall()]
