"""Two studios with one of each thing that an address can name. They exist inside a transaction that is rolled back."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

from apps.accounts.long_tasks import Task
from apps.accounts.models import ApiKey, Brand, Email, Invitation, Membership, Role, Studio, User, secret_hash
from apps.accounts.tenancy import acting_in
from apps.albums import editing
from apps.albums.models import Album, AlbumState, Photo, PhotoState, Placement, Section, Stack, Version
from apps.faces.models import Crop, Face, Person, Relationship
from apps.library.models import DuplicateGroup, Event, NamedPlace
from apps.media.models import Blob
from apps.media.presets import RECIPE
from apps.sharing.links import lifecycle
from apps.sharing.models import (
    ClientEmail,
    Comment,
    HideRequest,
    Pick,
    Preset,
    PresetKind,
    Selection,
    SelectionPreset,
    StudioClient,
    Visitor,
)
from apps.smart_collections.models import Collection, SmartCollection
from apps.uploads.models import ImportRun, ReceivedFile, ReceivedState
from apps.web.ids import uuid7


@dataclass(frozen=True)
class Resident:
    """A studio that is all furnished.

    values: what to put into an address, by the name it has there.  mark: stands in every text of this studio.
    key: a secret of the API with every scope.
    """

    studio: Studio
    owner: User
    values: dict[str, str]
    mark: str
    key: str


def settle() -> Resident:
    """Furnish a new studio. Call it in a transaction that is rolled back."""
    mark = f"canary{secrets.token_hex(8)}"
    owner = User(email=f"{mark}@canary.invalid", name=mark)
    owner.set_unusable_password()
    owner.save()
    studio = Studio(name=mark, slug=mark)
    with acting_in(studio):
        studio.save(force_insert=True)
        rows = _in_studio(studio, owner, mark)
        key, secret = ApiKey.make(studio, owner, name=mark, scopes=list(ApiKey.SCOPES))
        values = {name: str(row.pk) for name, row in {**rows, "key_id": key}.items()}
        _, token = lifecycle.create(rows["album_id"], by=owner, label=mark, password=None)
    values |= {
        "slug": mark,
        "album_slug": mark,
        "token": token,
        "kind": "photo",
        "size": "tile",
        "number": "1",
        "format": "svg",
        "id": values["photo_id"],
        "receipt_id": str(rows["sent"].receipt),
    }
    return Resident(studio, owner, values, mark, secret)


def _in_studio(studio: Studio, owner: User, mark: str) -> dict[str, Any]:
    """Rows by the name that an address has for them."""
    soon = timezone.now() + timedelta(days=1)
    member = Membership(studio=studio, user=owner, role=Role.OWNER)
    invitation = Invitation(
        studio=studio, email=f"i-{mark}@canary.invalid", role=Role.VIEWER, token_hash=secret_hash(mark), expires_at=soon
    )
    album = Album(studio=studio, title=mark, slug=mark, state=AlbumState.LIVE)
    section = Section(studio=studio, album=album, title=mark, rank=1)
    digest = hashlib.sha256(mark.encode()).hexdigest()
    blob = Blob(studio=studio, sha256=digest, size=1, mime="image/jpeg", storage_key=f"{studio.pk}/{digest}")
    stack = Stack(studio=studio)
    photo = Photo(
        studio=studio, stack=stack, camera_name=f"{mark}.jpg", caption=mark, original=blob, state=PhotoState.READY,
        recipe=RECIPE, width=60, height=40, color="#aabbcc",
    )  # fmt: skip
    version = Version(studio=studio, photo=photo, blob=blob, name=mark)
    place = Placement(
        studio=studio, album=album, photo=photo, section=section, section_rank=1, sort_key="1", manual_key="1"
    )
    sent = ReceivedFile(
        studio=studio, album=album, user=owner, receipt=uuid7(), name=mark, size=1, state=ReceivedState.SKIPPED
    )
    rows = {
        "member_id": member, "invitation_id": invitation, "album_id": album, "section_id": section, "blob": blob,
        "stack_id": stack,
        "photo_id": photo, "version_id": version, "placement": place, "sent": sent,
        "group_id": DuplicateGroup(studio=studio, kind="near", score=0.99),
    }  # fmt: skip
    for row in rows.values():
        row.save(force_insert=True)
    album.studio = studio
    entry = editing.change(album, by=owner, description=mark)
    assert entry is not None
    more = {**_of_guests(studio, owner, album, photo, mark), **_of_people(studio, photo, mark)}
    more |= _of_the_studio(studio, owner, photo, mark)
    for row in more.values():
        row.save(force_insert=True)
    client = StudioClient.objects.for_studio(studio).get(email=more["visitor_id"].email)
    return {**rows, **more, "entry_id": entry, "pk": album, "client_id": client}


def _of_guests(studio: Studio, owner: User, album: Album, photo: Photo, mark: str) -> dict[str, Any]:
    link, _ = lifecycle.create(album, by=owner, label=mark, password=None)
    about = {"studio": studio, "shown_id": album.pk}
    visitor = Visitor(**about, link=link, name=mark, email=f"v-{mark}@canary.invalid")
    preset = SelectionPreset(**about, title=mark, maximum=30)
    selection = Selection(**about, visitor=visitor, preset=preset, title=mark, note=mark)
    email = Email(studio=studio, key=mark, to=f"c-{mark}@canary.invalid", composer="client", keeps_words=True)
    return {
        "visitor_id": visitor,
        "preset_id": preset,
        "selection_id": selection,
        "pick": Pick(studio=studio, selection=selection, photo=photo),
        "comment_id": Comment(**about, photo=photo, visitor=visitor, body=mark),
        "email": email,
        "email_id": ClientEmail(studio=studio, email=email, album=album, link=link, kind="delivery"),
        "choice_id": Preset(studio=studio, kind=PresetKind.LINK, name=mark),
        "request_id": HideRequest(**about, link=link, name=mark, photos=[photo.pk]),
        "file_id": ReceivedFile(
            studio=studio, album=album, visitor=visitor, link=link, name=mark, size=9, state="stored", photo=photo
        ),
        "link_id": _Saved(link),
        "share_link_id": _Saved(link),
    }


class _Saved:
    """A row that its own deed has saved."""

    def __init__(self, row: Any) -> None:
        self.pk = row.pk

    def save(self, **how: object) -> None:
        """It is there."""


def _of_people(studio: Studio, photo: Photo, mark: str) -> dict[str, Any]:
    person, other = Person(studio=studio, name=mark, passport_note=mark), Person(studio=studio)
    face = Face(studio=studio, photo=photo, person=person, x=0.1, y=0.1, width=0.2, height=0.2, score=0.9, size=90)
    return {
        "person_id": person,
        "other": other,
        "relationship_id": Relationship(studio=studio, person=person, other=other, kind="friend"),
        "face_id": face,
        "crop": Crop(studio=studio, face=face, webp=mark.encode()),
    }


def _of_the_studio(studio: Studio, owner: User, photo: Photo, mark: str) -> dict[str, Any]:
    now = timezone.now()
    rules = {"match": "all", "rules": [{"field": "text", "op": "contains", "value": mark}]}
    # Neighbours on the same floor: asked for by name, as nothing of them is used but the row.
    hook = apps.get_model("webhooks", "Webhook")(studio=studio, url=f"https://{mark}.invalid/")
    told = apps.get_model("webhooks", "WebhookDelivery")(
        studio=studio, webhook=hook, event="webhook.test", source_id=photo.pk
    )
    export = apps.get_model("portability", "StudioExport")(studio=studio, who=owner)
    part = apps.get_model("portability", "ExportPart")(
        studio=studio, export=export, number=1, name=f"{mark}.zip", length=1, plan=mark.encode()
    )
    task = Task(studio=studio, kind="photos.move", title=mark, total=1, who=owner)
    return {
        "task_id": task,
        "import": ImportRun(studio=studio, task_id=task.pk, who=owner, source="folder", place=mark),
        "collection_id": SmartCollection(studio=studio, title=mark, rules=rules),
        "by_hand_id": Collection(studio=studio, title=mark, photos=[photo.pk]),
        "export_id": export,
        "part": part,
        "webhook_id": hook,
        "delivery_id": told,
        "place_id": NamedPlace(studio=studio, name=mark, latitude=48.2, longitude=16.4, radius=200),
        "event_id": Event(studio=studio, title=mark, starts=now, ends=now),
        "brand_id": Brand(studio=studio, name=mark),
    }
