"""Rows for tests. Each is saved in its own studio's transaction, as the product does it.

Sub-rows share the studio of their parent: `PlacementFactory(album=album)` makes a photo in the album's studio.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from functools import cache
from typing import Any, Generic, TypeVar

import factory
from django.contrib.auth.hashers import make_password
from django.db import models
from django.utils import timezone
from PIL import Image

from apps.accounts.models import ApiKey, Invitation, Membership, Role, Studio, User, secret_hash
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Photo, PhotoState, Placement, Section, Version
from apps.media import cas
from apps.media.models import Blob, Rendition
from apps.media.presets import RECIPE
from apps.sharing.models import ShareLink, Shown

T = TypeVar("T", bound=models.Model)

PASSWORD = "correct horse battery"


def jpeg(width: int = 64, height: int = 48, *, color: tuple[int, int, int] | None = None) -> bytes:
    """A small JPEG; without a colour each call gives other bytes."""
    image = Image.new("RGB", (width, height), color or tuple(secrets.token_bytes(3)))
    if color is None:
        image.frombytes(secrets.token_bytes(width * height * 3))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()


def kept(studio: Studio, data: bytes) -> Blob:
    """The blob of real bytes, stored as the product stores them."""
    stored = cas.receive(io.BytesIO(data), limit=len(data))
    with _inside(studio):
        blob, _ = cas.keep(studio, cas.place(studio, stored))
    blob.studio = studio
    return blob


# The studio of the rows that `many_in` saves in one go.
_saving_in: list[Studio] = []


@contextmanager
def many_in(studio: Studio) -> Iterator[None]:
    """Save the rows that are made inside in one transaction of the studio: a transaction each takes five statements."""
    with acting_in(studio):
        _saving_in.append(studio)
        try:
            yield
        finally:
            _saving_in.pop()


def _inside(studio: Studio) -> AbstractContextManager[None]:
    return nullcontext() if _saving_in and _saving_in[-1] == studio else acting_in(studio)


class Rows(factory.django.DjangoModelFactory, Generic[T]):
    """Saves inside the studio; managers refuse what does not begin at one."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[T], *args: Any, **kwargs: Any) -> T:
        row = model_class(*args, **kwargs)
        with _inside(row if isinstance(row, Studio) else row.studio):  # type: ignore[attr-defined]
            row.save(force_insert=True)
        return row

    @classmethod
    def _setup_next_sequence(cls) -> int:
        return 1


class UserFactory(factory.django.DjangoModelFactory):
    """A person with the password `PASSWORD`."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(cache(lambda: make_password(PASSWORD)))


class StudioFactory(Rows[Studio]):
    class Meta:
        model = Studio

    name = factory.Sequence(lambda n: f"Studio {n}")
    slug = factory.Sequence(lambda n: f"studio-{n}")


class MembershipFactory(Rows[Membership]):
    class Meta:
        model = Membership

    studio = factory.SubFactory(StudioFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER
    is_restricted = factory.LazyAttribute(lambda o: o.role == Role.CONTRIBUTOR)


class InvitationFactory(Rows[Invitation]):
    """`InvitationFactory(token="...")` says which token the email held."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.LazyFunction(lambda: secrets.token_urlsafe(32))

    studio = factory.SubFactory(StudioFactory)
    email = factory.Sequence(lambda n: f"guest{n}@example.com")
    role = Role.VIEWER
    token_hash = factory.LazyAttribute(lambda o: secret_hash(o.token))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class AlbumFactory(Rows[Album]):
    class Meta:
        model = Album

    studio = factory.SubFactory(StudioFactory)
    title = factory.Sequence(lambda n: f"Album {n}")
    slug = factory.Sequence(lambda n: f"album-{n}")
    state = AlbumState.LIVE


class SectionFactory(Rows[Section]):
    class Meta:
        model = Section

    studio = factory.SelfAttribute("album.studio")
    album = factory.SubFactory(AlbumFactory)
    title = factory.Sequence(lambda n: f"Section {n}")
    rank = factory.Sequence(lambda n: n)


class BlobFactory(Rows[Blob]):
    """A row of bytes. Give `data` and the bytes are really stored; without it there is only the row."""

    class Meta:
        model = Blob

    studio = factory.SubFactory(StudioFactory)
    sha256 = factory.LazyFunction(lambda: hashlib.sha256(secrets.token_bytes(16)).hexdigest())
    size = 12_345
    mime = "image/jpeg"
    storage_key = factory.LazyAttribute(lambda o: f"{o.studio.pk}/{o.sha256[:2]}/{o.sha256[2:4]}/{o.sha256}.row")

    @classmethod
    def _create(cls, model_class: type[Blob], *args: Any, **kwargs: Any) -> Blob:
        data = kwargs.pop("data", None)
        if data is not None:
            return kept(kwargs["studio"], data)
        return super()._create(model_class, *args, **kwargs)


class PhotoFactory(Rows[Photo]):
    """A ready photo with its original version. `original__data=jpeg()` stores real bytes."""

    class Meta:
        model = Photo

    studio = factory.SubFactory(StudioFactory)
    camera_name = factory.Sequence(lambda n: f"DSC_{n:05}.jpg")
    original = factory.SubFactory(BlobFactory, studio=factory.SelfAttribute("..studio"))
    state = PhotoState.READY
    recipe = RECIPE
    width = 6000
    height = 4000
    color = "#aabbcc"

    @classmethod
    def _create(cls, model_class: type[Photo], *args: Any, **kwargs: Any) -> Photo:
        photo = super()._create(model_class, *args, **kwargs)
        with _inside(photo.studio):
            Version(studio=photo.studio, photo=photo, blob=photo.original).save(force_insert=True)
        return photo


class RenditionFactory(Rows[Rendition]):
    """What was made of `source`. Give `blob__data` for real bytes."""

    class Meta:
        model = Rendition

    source = factory.SubFactory(BlobFactory)
    studio = factory.SelfAttribute("source.studio")
    blob = factory.SubFactory(BlobFactory, studio=factory.SelfAttribute("..source.studio"), mime="image/webp")
    kind = "tile"
    recipe = 1
    width = 400
    height = 267


class PlacementFactory(Rows[Placement]):
    class Meta:
        model = Placement

    album = factory.SubFactory(AlbumFactory)
    studio = factory.SelfAttribute("album.studio")
    photo = factory.SubFactory(PhotoFactory, studio=factory.SelfAttribute("..studio"))
    section = None
    section_rank = factory.LazyAttribute(lambda o: o.section.rank if o.section else 0)
    sort_key = factory.Sequence(lambda n: f"{n:010}")
    manual_key = factory.Sequence(lambda n: f"{n:010}")


class ApiKeyFactory(Rows[ApiKey]):
    """`ApiKeyFactory(secret="gk_...")` says what the integration sends."""

    class Meta:
        model = ApiKey

    class Params:
        secret = factory.LazyFunction(lambda: f"gk_{secrets.token_urlsafe(32)}")

    studio = factory.SubFactory(StudioFactory)
    made_by = factory.SubFactory(UserFactory)
    name = "Lightroom"
    prefix = factory.LazyAttribute(lambda o: o.secret[:10])
    key_hash = factory.LazyAttribute(lambda o: secret_hash(o.secret))
    scopes = factory.LazyFunction(lambda: ["read"])


def _shown(album: Album) -> Shown:
    with _inside(album.studio):
        return Shown.of(album)


class ShareLinkFactory(Rows[ShareLink]):
    """`ShareLinkFactory(token="...", password="...")` says what the client was sent."""

    class Meta:
        model = ShareLink

    class Params:
        token = factory.LazyFunction(lambda: secrets.token_urlsafe(24))

    album = factory.SubFactory(AlbumFactory)
    studio = factory.SelfAttribute("album.studio")
    shown = factory.LazyAttribute(lambda o: _shown(o.album))
    label = "Family"
    token_hash = factory.LazyAttribute(lambda o: secret_hash(o.token))
    token_sealed = ""
