"""Which studio a link's token led to: with it, the link and its page are read in one transaction.

It is a hint. The link's row is read afresh in that studio each time, and looked for in all of them if it is not there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Final
from uuid import UUID

from apps.accounts.models import secret_hash
from apps.accounts.tenancy import acting_in
from apps.web.ttl_cache import TtlCache

_STUDIOS: Final[TtlCache[str, UUID]] = TtlCache(seconds=3600, size=10_000)
_LOCK: Final = Lock()


def known(token: str) -> UUID | None:
    """The studio in which this token's link was found last, if it was lately."""
    with _LOCK:
        return _STUDIOS.get(secret_hash(token))


def remember(token: str, studio_id: UUID) -> None:
    with _LOCK:
        _STUDIOS.put(secret_hash(token), studio_id, since=_STUDIOS.clock())


def acting_there(token: str) -> AbstractContextManager[None]:
    """The transaction of this token's studio, where that is known; else nothing."""
    studio_id = known(token)
    return nullcontext() if studio_id is None else acting_in(studio_id)
