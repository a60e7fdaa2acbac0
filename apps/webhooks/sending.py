"""One POST to a webhook: signed, to the address that was checked, without following redirects, within seconds."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.egress import CONNECT_SECONDS, Target, connected

ANSWER_SECONDS = 10.0
MOST_ANSWER = 64 << 10
KEPT_ANSWER = 500


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """status: of HTTP.  text: the beginning of the body.  took_ms: from the connection to the end."""

    status: int
    text: str
    took_ms: int

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """Value of `Glassine-Signature`: "t=<Unix seconds>,v1=<hex>", one v1 for each secret.

    v1 is HMAC-SHA256 over "<t>.<body>", so that neither can be altered and an old request cannot be sent again later.
    """
    signed = f"{at}.".encode() + body
    codes = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={at}", *(f"v1={code}" for code in codes)])


def post(target: Target, body: bytes, headers: dict[str, str]) -> HookAnswer:
    """Send it. Raises OSError (also for a time-out or a bad certificate) and http.client.HTTPException."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(target.host, target.port, timeout=ANSWER_SECONDS)
    try:
        connection.sock = connected(target, seconds=ANSWER_SECONDS)
        connection.request("POST", target.path, body, {**headers, "Host": target.host_header})
        response = connection.getresponse()
        text = _beginning(response, began + CONNECT_SECONDS + ANSWER_SECONDS)
        return HookAnswer(response.status, text, int((time.monotonic() - began) * 1000))
    finally:
        connection.close()


def _beginning(response: http.client.HTTPResponse, until: float) -> str:
    """What the answer begins with. One that trickles or never ends is left after a while."""
    parts, size = [], 0
    while size < MOST_ANSWER and time.monotonic() < until and (chunk := response.read1(8192)):
        parts.append(chunk)
        size += len(chunk)
    # PostgreSQL keeps no zero bytes.
    return b"".join(parts)[: 4 * KEPT_ANSWER].decode("utf-8", "replace").replace("\x00", "")[:KEPT_ANSWER]
