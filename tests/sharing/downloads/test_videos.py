"""A video leaves by the link's right: the copy that plays, or the original with as much metadata as the link gives."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo
from apps.jobs import queue
from apps.media import cas
from apps.uploads.ingest import ingest
from config.tasks import STEPS
from tests.sharing.conftest import Make, Share, body_of

DATA = Path(__file__).resolve().parents[2] / "data"

pytestmark = pytest.mark.django_db

VIDEO = (DATA / "video" / "gps_keys.mov").read_bytes()
PLACE = b"151.2153"


def with_video(share: Share, user: User) -> Photo:
    """The video in the link's gallery, with its poster."""
    album = share.album
    album.studio = share.studio
    stored = cas.receive(io.BytesIO(VIDEO), limit=len(VIDEO))
    photo = ingest(share.studio, album, stored, name="Vows.MOV", by=user).photo
    while queue.answer("images", STEPS):
        pass
    with acting_in(share.studio):
        return Photo.objects.for_studio(share.studio).get(pk=photo.pk)


def test_a_video_is_shown_with_a_player_and_leaves_as_the_copy_that_plays(shared: Make, erin_user: User) -> None:
    share = shared(download="web")
    photo = with_video(share, erin_user)
    assert (photo.kind, photo.duration_ms) == ("video", 1000)
    page = Client().get(share.url("photo", photo)).content.decode()
    assert "<video" in page
    assert ".mp4" in page
    assert 'class="kind" title="Video, 0:01"' in Client().get(share.url()).content.decode()
    # The copy is made by a worker of its own; until then there is none to take.
    assert Client().get(share.url("download", photo)).status_code == 404
    while queue.answer("video", STEPS):
        pass
    taken = Client().get(share.url("download", photo))
    assert taken["Content-Type"] == "video/mp4"
    assert "Vows.mp4" in taken["Content-Disposition"]
    content = body_of(taken)
    assert content[4:8] == b"ftyp"
    assert PLACE not in content
    part = Client().get(share.url("download", photo), headers={"Range": "bytes=0-99"})
    assert (part.status_code, body_of(part)) == (206, content[:100])


@pytest.mark.parametrize("metadata", ["all", "none"])
def test_the_original_of_a_video_keeps_what_the_link_gives(shared: Make, erin_user: User, metadata: str) -> None:
    share = shared(download="original", metadata=metadata)
    photo = with_video(share, erin_user)
    taken = Client().get(share.url("download", photo))
    assert taken["Content-Type"] == "video/quicktime"
    content = body_of(taken)
    assert (content == VIDEO) == (metadata == "all")
    assert (PLACE in content) == (metadata == "all")
