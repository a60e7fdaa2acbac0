"""A studio with one of everything, for tests that try every address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from apps.accounts.long_tasks import Task
from apps.accounts.models import ApiKey, Brand, Email, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing
from apps.albums.models import Album, Photo, Stack, Version
from apps.faces import consent
from apps.faces.models import Crop, Face, Person, Relationship
from apps.library.models import DuplicateGroup, DuplicatePhoto, Event, NamedPlace
from apps.portability.models import ExportPart, StudioExport
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
    ShareLink,
    StudioClient,
    Visitor,
)
from apps.smart_collections.models import Collection, SmartCollection
from apps.uploads.models import ImportEntry, ImportRun, ReceivedFile
from apps.web.ids import uuid7
from apps.webhooks.models import Webhook, WebhookDelivery
from tests.factories import AlbumFactory, InvitationFactory, PhotoFactory, PlacementFactory, SectionFactory


@dataclass
class World:
    """values: what to put into an address, by the name it has there.  ids: the names of those that are ids.
    secrets: texts that only members of the studio may read.  harm: a body with which every deed would do something.
    """

    studio: Studio
    owner: User
    album: Album
    photo: Photo
    link: ShareLink
    token: str
    values: dict[str, str]
    secrets: list[str]
    ids: frozenset[str]
    harm: dict[str, Any] = field(default_factory=dict)


def build_world(studio: Studio, owner: User) -> World:
    """One album with a section, two photos, a link, an invitation and a key."""
    album = AlbumFactory.create(studio=studio, title="Zqx secret wedding", slug="zqx-secret-wedding")
    section = SectionFactory.create(album=album, title="Zqx ceremony")
    photo = PhotoFactory.create(studio=studio, camera_name="ZQX_0001.JPG", caption="Zqx caption")
    PlacementFactory.create(album=album, photo=photo, section=section, section_rank=section.rank)
    PlacementFactory.create(album=album)
    invitation = InvitationFactory.create(studio=studio, email="zqx-invited@example.com")
    with acting_in(studio):
        link, token = lifecycle.create(album, by=owner, label="Zqx couple", password=None)
        visitor = Visitor(studio=studio, shown_id=album.pk, link=link, name="Zqx Anna", email="zqx-anna@example.com")
        visitor.save(force_insert=True)
        choice = Preset(studio=studio, kind=PresetKind.LINK, name="Zqx preset")
        choice.save(force_insert=True)
        key, _ = ApiKey.make(studio, owner, name="Zqx key", scopes=["read"])
        member = studio.memberships.get(user=owner)
        preset = SelectionPreset(studio=studio, shown_id=album.pk, title="Zqx album", maximum=30)
        picked = Selection(
            studio=studio, shown_id=album.pk, visitor=visitor, preset=preset, title="Zqx album", note="Zqx note"
        )
        pick = Pick(studio=studio, selection=picked, photo=photo)
        comment = Comment(studio=studio, shown_id=album.pk, photo=photo, visitor=visitor, body="Zqx comment")
        for row in (preset, picked, pick, comment):
            row.save(force_insert=True)
        email = Email(studio=studio, key="zqx", to="zqx-client@example.com", composer="client", keeps_words=True)
        sent = ClientEmail(studio=studio, email=email, album=album, link=link, kind="delivery")
        task = Task(studio=studio, kind="photos.move", title="Move to “Zqx ceremony”", total=1, who=owner)
        rules = {"match": "all", "rules": [{"field": "text", "op": "contains", "value": "Zqx rule"}]}
        collection = SmartCollection(studio=studio, title="Zqx collection", rules=rules)
        by_hand = Collection(studio=studio, title="Zqx chosen", photos=[photo.pk])
        hook = Webhook(studio=studio, url="https://zqx-hook.example.com/")
        told = WebhookDelivery(studio=studio, webhook=hook, event="webhook.test", source_id=photo.pk)
        place = NamedPlace(studio=studio, name="Zqx inn", latitude=48.2, longitude=16.4, radius=200)
        run = ImportRun(studio=studio, task_id=task.pk, who=owner, source="folder", place="Zqx folder")
        file = ImportEntry(studio=studio, run=run, number=0, path="Zqx a.jpg", facts={"path": "Zqx a.jpg"})
        export = StudioExport(studio=studio, who=owner)
        brand = Brand(studio=studio, name="Zqx label")
        archive = ExportPart(studio=studio, export=export, number=1, name="zqx.zip", length=1, plan=b"x")
        event = Event(studio=studio, title="Zqx festival", starts=timezone.now(), ends=timezone.now())
        sent_in = ReceivedFile(
            studio=studio,
            album=album,
            visitor=visitor,
            link=link,
            name="Zqx sent.jpg",
            size=9,
            state="stored",
            photo=photo,
        )
        receipt = ReceivedFile(
            studio=studio, album=album, user=owner, receipt=uuid7(), name="Zqx sent.jpg", size=9, state="skipped"
        )
        for more in (
            run,
            file,
            receipt,
            sent_in,
            email,
            sent,
            task,
            collection,
            by_hand,
            hook,
            told,
            place,
            event,
            export,
            archive,
            brand,
        ):
            more.save(force_insert=True)
        client = StudioClient.objects.for_studio(studio).get(email=visitor.email)
        album.studio = studio
        entry = editing.change(album, by=owner, description="Zqx text")
        assert entry is not None
        consent.switch_on(studio, by=owner, agreed=True, in_all_galleries=False)
        person = Person(studio=studio, name="Zqx Rosa", passport_note="Zqx asked")
        box = {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2, "score": 0.9, "size": 90.0}
        face = Face(studio=studio, photo=photo, person=person, is_confirmed=True, **box)
        asked = HideRequest(studio=studio, shown_id=album.pk, link=link, name="Zqx hidden", photos=[photo.pk])
        other = Person(studio=studio)
        kin = Relationship(studio=studio, person=person, other=other, kind="friend")
        version = Version.objects.for_studio(studio).get(photo=photo)
        version.name = "Zqx version.jpg"
        version.save(update_fields=["name"])
        stack = Stack(studio=studio, top=photo)
        stack.save(force_insert=True)
        Photo.objects.for_studio(studio).filter(pk=photo.pk).update(stack=stack)
        group = DuplicateGroup(studio=studio, kind="near", score=0.99)
        group.save(force_insert=True)
        DuplicatePhoto(studio=studio, group=group, photo=photo).save(force_insert=True)
        for last in (person, other, kin, face, asked, Crop(studio=studio, face=face, webp=b"RIFF Zqx crop")):
            last.save(force_insert=True)
    ids = {
        "album_id": album.pk, "photo_id": photo.pk, "section_id": section.pk, "link_id": link.pk,
        "version_id": version.pk,
        "share_link_id": link.pk, "member_id": member.pk, "invitation_id": invitation.pk, "key_id": key.pk,
        "email_id": sent.pk, "id": photo.pk, "pk": album.pk,
        "preset_id": preset.pk, "selection_id": picked.pk, "comment_id": comment.pk,
        "person_id": person.pk, "request_id": asked.pk, "relationship_id": kin.pk, "face_id": face.pk,
        "visitor_id": visitor.pk, "choice_id": choice.pk, "entry_id": entry.pk, "task_id": task.pk,
        "collection_id": collection.pk, "by_hand_id": by_hand.pk, "webhook_id": hook.pk, "delivery_id": told.pk,
        "place_id": place.pk, "file_id": sent_in.pk, "receipt_id": receipt.receipt, "event_id": event.pk,
        "export_id": export.pk, "stack_id": stack.pk, "brand_id": brand.pk,
        "group_id": group.pk, "client_id": client.pk,
    }  # fmt: skip
    values = {name: str(value) for name, value in ids.items()}
    values |= {
        "slug": studio.slug,
        "album_slug": album.slug,
        "kind": "photo",
        "size": "original",
        "key": "studio",
        "number": "1",
        "format": "svg",
        "token": token,
    }
    return World(
        studio=studio,
        owner=owner,
        album=album,
        photo=photo,
        link=link,
        token=token,
        values=values,
        ids=frozenset(ids),
        secrets=[
            "Zqx secret wedding", "zqx-secret-wedding", "Zqx ceremony", "ZQX_0001.JPG", "Zqx caption", "Zqx couple",
            "zqx-invited@example.com", "zqx-client@example.com", "Zqx key", "Zqx Anna", "zqx-anna@example.com",
            "Zqx preset", "Zqx collection", "Zqx chosen", "Zqx rule", "Zqx album", "Zqx note", "Zqx comment",
            "Zqx text", "Zqx label",
            "Zqx Rosa", "Zqx hidden", "Zqx asked", "Zqx crop",
            "Zqx Rosa", "Zqx asked", "Zqx crop", "zqx-hook",
            "Zqx version",
            "Zqx sent", "Zqx inn", "Zqx festival",
            token, photo.original.sha256, str(photo.pk), str(link.pk),
        ],
        harm={
            "collection_title": "harmed", "collection": str(by_hand.pk), "title": "harmed",
            "name": "harmed", "slug": "harmed", "label": "harmed", "state": "archived",
            "sort": "name", "seen_by": "nobody", "on": "1", "deed": "open", "role": "viewer",
            "email": "harm@example.com", "photo": str(photo.pk), "photos": [str(photo.pk)],
            "section": str(section.pk), "download": "original", "scopes": ["read"], "confirm": "empty",
            "caption": "harmed", "act": "save", "rules": {"match": "all", "rules": []},
            "work": "ready", "all": "1", "extra": "7", "body": "harmed", "minimum": "1", "mark": "pick",
            "names": "ZQX_0001", "selection": str(picked.pk), "do": "trash", "album": str(album.pk),
            "person": str(person.pk), "face": str(face.pk), "faces": [str(face.pk)], "people": [str(person.pk)],
            "says": "no", "answer": "no", "agreed": "1", "i_may_process_faces": True, "passport": "no",
            "where": "10, 10", "radius": "100", "keywords": "harmed", "rating": "5",
            "starts": "2024-05-04", "sets": "AT",
            "focal_x": "10", "focal_y": "10", "time_zone": "UTC", "accent": "#000000",
            "url": "https://harm.example.com/", "events": [],
            "camera": "Zqx", "shift": "+0:10", "seconds": 10, "apply": True,
        },
    )  # fmt: skip
