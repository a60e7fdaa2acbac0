"""`Idempotency-Key`: the same request sent twice is done once and answered twice.

The answer is kept in the transaction of the deed, so one is never there without the other. It may hold a secret
that is shown once (a key, a link), so it is sealed with the caller's own Idempotency-Key, of which only a hash is kept.

It is given to the credential that asked first and to no other: to another API key the same Idempotency-Key is another
one. And it is given only while that credential may do what it might do then: the door of the request was passed
before, but a gallery that was taken away since may stand in the answer.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from apps.accounts.access import Entered
from apps.accounts.credentials import Credential
from apps.accounts.models import IdempotentReply, Role, secret_hash
from apps.web.refusal import Refusal

LONGEST_KEY = 128


class InProgress(Refusal):
    """The first request with this key has not been answered yet."""

    status = 409
    code = "in_progress"
    sentence = "A request with this Idempotency-Key is still being worked on."
    wait = 1


class KeyReused(Refusal):
    """The key belongs to another request."""

    status = 422
    code = "idempotency_key_reused"
    sentence = "This Idempotency-Key was used for another request."


class RightsCut(Refusal):
    """The caller may do less than when the answer was given."""

    status = 409
    code = "rights_cut"
    sentence = "This was done before, and what you may see was cut since. Look at the gallery instead."


def once(credential: Credential, request: Request, deed: Callable[[], Response]) -> Response:
    """Do the deed, or repeat the answer it once gave. Call it in the studio's transaction.

    Only successes are remembered; what failed may be tried again.
    Raises InProgress, KeyReused, RightsCut, ValidationError.
    """
    entered = credential.entered
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return deed()
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"At most {LONGEST_KEY} printable ASCII characters."]})
    key_hash = secret_hash(f"{credential.key.pk if credential.key else 'session'}:{key}")
    _lock(entered, key_hash)
    replies = IdempotentReply.objects.for_studio(entered.studio)
    replies.filter(created_at__lt=timezone.now() - IdempotentReply.KEPT).delete()
    known = replies.filter(user=entered.user, key=key_hash).first()
    mark = fingerprint(request)
    if known is not None:
        return _again(known, mark, key, credential)
    response = deed()
    if 200 <= response.status_code < 300:
        IdempotentReply(
            studio=entered.studio,
            user=entered.user,
            key=key_hash,
            fingerprint=mark,
            status=response.status_code,
            body=_seal(key)
            .encrypt(json.dumps([_rights(credential), response.data], cls=JSONEncoder).encode())
            .decode(),
        ).save(force_insert=True)
    return response


def _lock(entered: Entered, key_hash: str) -> None:
    """Hold the key until the transaction ends, or say that somebody else does. A crash lets go of it."""
    name = hashlib.sha256(f"{entered.studio.pk}{entered.user.pk}{key_hash}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], signed=True)])
        if not cursor.fetchone()[0]:
            raise InProgress


def _again(known: IdempotentReply, mark: str, key: str, credential: Credential) -> Response:
    if known.fingerprint != mark:
        raise KeyReused
    rights, body = json.loads(_seal(key).decrypt(str(known.body).encode()))
    if not _are_held(rights, credential):
        raise RightsCut
    return Response(body, status=known.status, headers={"Idempotent-Replayed": "true"})


def _packed(credential: Credential, data: Any) -> bytes:
    return json.dumps([_rights(credential), data], cls=JSONEncoder).encode()


def _rights(credential: Credential) -> dict[str, Any]:
    """What the credential may do and see, as JSON. albums: None for all."""
    albums = credential.entered.album_ids
    return {
        "role": credential.entered.role,
        "scopes": sorted(credential.scopes),
        "albums": None if albums is None else sorted(str(pk) for pk in albums),
    }


def _are_held(then: dict[str, Any], credential: Credential) -> bool:
    """True if the credential still has all the rights that it had then."""
    now = _rights(credential)
    sees_all = now["albums"] is None
    sees = sees_all or (then["albums"] is not None and set(then["albums"]) <= set(now["albums"]))
    return credential.entered.role.reaches(Role(then["role"])) and set(then["scopes"]) <= set(now["scopes"]) and sees


def _seal(key: str) -> MultiFernet:
    """Closes under the installation's secret, and opens under a former one too."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    keys = (hashlib.sha256(f"idempotency:{secret}:{key}".encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(one)) for one in keys])


def fingerprint(request: Request) -> str:
    """SHA-256 (hex) of what was asked: method, address, and the content of fields and files."""
    asked = [request.method, request.get_full_path(), _content(request.data)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, cls=JSONEncoder).encode()).hexdigest()


def _content(data: Any) -> Any:
    if isinstance(data, QueryDict):
        return {name: [_content(value) for value in values] for name, values in data.lists()}
    if isinstance(data, UploadedFile):
        data.seek(0)
        digest = hashlib.file_digest(data, "sha256").hexdigest()
        data.seek(0)
        return [data.name, digest]
    return data
