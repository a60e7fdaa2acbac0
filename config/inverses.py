"""How each verb of the journal is taken back: verb -> inverse deed, and who may do the act and so its undo.

Here, because it names deeds of several apps that must not know of each other. A verb without a line cannot be undone.
"""

from __future__ import annotations

from typing import Final

from apps.accounts import brands
from apps.accounts.journal import Inverse
from apps.accounts.models import Role
from apps.albums import pairs, stacks, undo
from apps.faces import undo as faces_undo
from apps.library.duplicates import keep as keep_duplicates
from apps.library.events import keep
from apps.library.keywords import keep as keywords
from apps.library.places import named
from apps.smart_collections import undo as smart_collections

_IN_ALBUM: Final = Inverse(undo.in_album, Role.EDITOR, "albums")
_FILES: Final = Inverse(undo.of_files, Role.EDITOR, "albums")
_COLLECTION: Final = Inverse(smart_collections.rows, Role.EDITOR, "albums")
_OF_BRANDS: Final = Inverse(brands.undo, Role.OWNER, "admin")
_OF_PEOPLE: Final = Inverse(faces_undo.of_people, Role.EDITOR, "people")
_OF_EVENTS: Final = Inverse(keep.undo, Role.EDITOR, "albums")
_OF_PLACES: Final = Inverse(named.undo, Role.EDITOR, "albums")
_OF_KEYWORDS: Final = Inverse(keywords.undo, Role.EDITOR, "albums")
_OF_STACKS: Final = Inverse(stacks.undo, Role.EDITOR, "albums")

INVERSES: Final[dict[str, Inverse]] = {
    "album.changed": _IN_ALBUM,
    "album.cover": _IN_ALBUM,
    "album.deleted": Inverse(undo.album_trash, Role.EDITOR, "albums"),
    "album.design": _IN_ALBUM,
    "album.more_coming": _IN_ALBUM,
    "album.restored": Inverse(undo.album_trash, Role.EDITOR, "albums"),
    "album.state": _IN_ALBUM,
    "album.reordered": _IN_ALBUM,
    "brand.changed": _OF_BRANDS,
    "brand.removed": _OF_BRANDS,
    **{f"collection.{deed}": _COLLECTION for deed in ("added", "arranged", "created", "deleted")},
    **{f"collection.{deed}": _COLLECTION for deed in ("ordered", "renamed", "taken_out")},
    "duplicates.different": Inverse(keep_duplicates.undo_decision, Role.EDITOR, "albums"),
    "duplicates.kept": Inverse(keep_duplicates.undo_decision, Role.EDITOR, "albums"),
    "event.changed": _OF_EVENTS,
    "event.created": _OF_EVENTS,
    "event.removed": _OF_EVENTS,
    "events.detected": _OF_EVENTS,
    "face.drawn": _OF_PEOPLE,
    "faces.assigned": _OF_PEOPLE,
    "faces.denied": _OF_PEOPLE,
    "faces.ignored": _OF_PEOPLE,
    "faces.unignored": _OF_PEOPLE,
    **{f"keyword.{deed}": _OF_KEYWORDS for deed in ("changed", "created")},
    **{f"keywords.{deed}": _OF_KEYWORDS for deed in ("deleted", "merged", "renamed")},
    "people.changed": _OF_PEOPLE,
    "people.merged": _OF_PEOPLE,
    "people.never": _OF_PEOPLE,
    "people.related": _OF_PEOPLE,
    "people.unrelated": _OF_PEOPLE,
    "person.changed": _OF_PEOPLE,
    "person.split": _OF_PEOPLE,
    "photo.changed": _IN_ALBUM,
    "photo.joined": Inverse(pairs.undo, Role.EDITOR, "albums"),
    "photo.replaced": _FILES,
    "photo.split": Inverse(pairs.undo, Role.EDITOR, "albums"),
    "photo.version_chosen": _FILES,
    "photos.approved": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "photos.audience": _IN_ALBUM,
    "photos.clock": _IN_ALBUM,
    "photos.copied": _IN_ALBUM,
    "photos.deleted": _IN_ALBUM,
    "photos.filed": _IN_ALBUM,
    "photos.gallery": Inverse(undo.gallery_made, Role.EDITOR, "albums"),
    "photos.hidden": _IN_ALBUM,
    "photos.located": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "photos.marked": _IN_ALBUM,
    "photos.moved": _IN_ALBUM,
    "photos.ordered": _IN_ALBUM,
    "photos.place_borrowed": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "photos.relocated": _IN_ALBUM,
    "photos.restored": _IN_ALBUM,
    "photos.shown": _IN_ALBUM,
    "photos.tagged": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "photos.thrown": _IN_ALBUM,
    "photos.unapproved": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "section.audience": _IN_ALBUM,
    "section.created": _IN_ALBUM,
    "section.deleted": _IN_ALBUM,
    "section.renamed": _IN_ALBUM,
    "sections.reordered": _IN_ALBUM,
    "place.changed": _OF_PLACES,
    "place.created": _OF_PLACES,
    "place.removed": _OF_PLACES,
    "smart_collection.changed": _COLLECTION,
    "smart_collection.created": _COLLECTION,
    "smart_collection.deleted": _COLLECTION,
    "suggestions.accepted": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "suggestions.rejected": Inverse(undo.of_photos, Role.EDITOR, "albums"),
    "stack.left": _OF_STACKS,
    "stack.made": _OF_STACKS,
    "stack.parted": _OF_STACKS,
    "stack.top": _OF_STACKS,
}
