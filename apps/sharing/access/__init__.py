"""THE guests' door: who may come in by a link, and what is granted."""

from apps.sharing.access.door import (
    Anonymous,
    Closed,
    Expired,
    Gone,
    Grant,
    Locked,
    Missing,
    NotYet,
    grants_for_pictures,
    open_link,
    open_preview,
    studio_of,
    unlock,
)

__all__ = [
    "Anonymous",
    "Closed",
    "Expired",
    "Gone",
    "Grant",
    "Locked",
    "Missing",
    "NotYet",
    "grants_for_pictures",
    "open_link",
    "open_preview",
    "studio_of",
    "unlock",
]
