"""The journal: who did what to which thing, what it was before and after, and how it is taken back.

A deed watches the rows that it is about to change, changes them, and records one entry in its own transaction:

    watch = journal.Watch(studio)
    watch.rows(album.placements.filter(photo_id__in=photos), "section_id")
    ...                                        # the act
    entry = journal.record(studio, by=user, verb="photos.moved", subject=album, things=photos,
                           changes=watch.changes(), section=section.title)

A long act in slices records one entry per slice under one `act`; `undo` of any of them takes back the whole. Which
deed takes a verb back stands in `config.inverses`. Entries are never changed: an undo is an entry of its own.
"""

from apps.accounts.journal.changes import Changes
from apps.accounts.journal.forget import forget, forget_address
from apps.accounts.journal.record import ActUndone, note, record
from apps.accounts.journal.rows import ChangedSince, Erased, write
from apps.accounts.journal.undo import AlreadyUndone, Inverse, NotUndoable, Undoing, root_of, undo
from apps.accounts.journal.watch import Watch

__all__ = [
    "ActUndone",
    "AlreadyUndone",
    "ChangedSince",
    "Changes",
    "Erased",
    "Inverse",
    "NotUndoable",
    "Undoing",
    "Watch",
    "forget",
    "forget_address",
    "note",
    "record",
    "root_of",
    "undo",
    "write",
]
