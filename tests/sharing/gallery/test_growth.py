"""What a guest does costs the database as much in a large album as in a small one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from apps.sharing import access
from apps.sharing.downloads.archive import response
from apps.sharing.guests import visitors
from apps.sharing.links import lifecycle
from apps.sharing.models import Pick, Selection, Visitor
from tests.albums import bulk
from tests.bench.grown import store_bytes
from tests.factories import AlbumFactory, MembershipFactory, SectionFactory, StudioFactory
from tests.reading import reading
from tests.sharing.conftest import Share

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SMALL, LARGE = 500, 10_000
CHOSEN = 10
# Indexes of more rows have one level more for each row that is looked up. A page of photos takes 250 to 350, and to
# look at every place of the large album takes 450 more.
MOST, DEEPER = 650, 120


@dataclass(frozen=True)
class Guest:
    """A visitor with `CHOSEN` favourites. place: a photo that is none of them.  section: id of a set of `CHOSEN`."""

    share: Share
    client: Client
    place: Placement
    section: str

    def heart(self) -> None:
        for on in ("1", "0"):
            path = f"{self.share.url()}photos/{self.place.photo_id}/favourite/"
            answer = self.client.post(path, {"on": on}, headers={"accept": "application/json"})
            assert answer.status_code == 200

    def look(self) -> None:
        assert self.client.get(self.share.url()).status_code == 200

    def pack_favourites(self) -> None:
        self._pack("favourites")

    def pack_section(self) -> None:
        self._pack(f"section:{self.section}")

    def _pack(self, what: str) -> None:
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        grant = access.open_link(self.share.token, cookies, now=timezone.now())
        with acting_in(self.share.studio):
            delivery = response.decide(grant, cookies, {"what": what, "size": "original"}, {})
            response.take(grant, delivery, "")
        assert len(delivery.bundle.photos) == CHOSEN


def guest_of(owner: User, count: int) -> Guest:
    """A studio of its own with one album of so many photos, and its guest."""
    studio = StudioFactory.create()
    MembershipFactory.create(studio=studio, user=owner)
    album = AlbumFactory.create(studio=studio)
    for rank in (1, 2, 3):
        SectionFactory.create(album=album, rank=rank)
    bulk.fill(album, count, sections=(1, 2))
    with acting_in(studio):
        places = Placement.objects.for_studio(studio).filter(album=album)
        keys = [f"{count * number // (2 * CHOSEN + 2) + 1:020}" for number in range(2 * CHOSEN + 1)]
        spread = list(places.filter(sort_key__in=keys).select_related("photo__original").order_by("sort_key"))
        for place in spread:
            store_bytes(place.photo.original)
        apart = album.sections.get(rank=3)
        places.filter(pk__in=[place.pk for place in spread[:CHOSEN]]).update(section=apart, section_rank=apart.rank)
        link, token = lifecycle.create(album, by=owner, label="Row", download="original", may_favourite=True)
        visitor = Visitor(studio=studio, shown_id=album.pk, link=link, name="Anna", email="anna@example.com")
        visitor.save(force_insert=True)
        selection = Selection(studio=studio, shown_id=album.pk, visitor=visitor, title="Favourites")
        selection.save(force_insert=True)
        for place in spread[CHOSEN:-1]:
            Pick(studio=studio, selection=selection, photo_id=place.photo_id).save(force_insert=True)
    share, client, known = Share(studio, album, [], link, token), Client(), HttpResponse()
    visitors.remember(known, {}, visitor, now=timezone.now())
    for name, morsel in known.cookies.items():
        client.cookies[name] = morsel.value
    client.get(share.url())
    return Guest(share, client, spread[-1], str(apart.pk))


def test_no_deed_of_a_guest_reads_more_of_a_large_album(
    alice_user: User, may_analyze: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SIZES", {})
    both = [guest_of(alice_user, count) for count in (SMALL, LARGE)]
    with connection.cursor() as cursor:
        cursor.execute("analyze albums_placement, albums_photo, media_blob, sharing_pick, sharing_selection")
    for deed in (Guest.heart, Guest.look, Guest.pack_favourites, Guest.pack_section):
        read = []
        for guest in both:
            # The first time also writes what the others find.
            deed(guest)
            with reading() as pages:
                deed(guest)
            assert pages
            read.append(sum(pages))
        assert read[1] <= min(read[0] + DEEPER, MOST), (deed.__name__, read)
