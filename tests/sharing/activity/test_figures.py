"""What guests did, as numbers on the studio's own pages: cards of galleries, tiles, the sidebar."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.models import Activity, Comment
from tests.actors import keep_to
from tests.factories import AlbumFactory
from tests.markup import tight
from tests.sharing.review.proofs import Proofing, make_proofing

LIST = "/studio/north/albums/"


@pytest.fixture
def proofing(north: Studio) -> Proofing:
    """Two people like photo 1, one of them photo 2; one new comment on photo 1."""
    cache.clear()
    found = make_proofing(north)
    anna, ben = found.visitor("Anna"), found.visitor("Ben")
    found.selection(anna, 1, 2)
    found.selection(ben, 1)
    found.comment(ben, 1, "Brighter")
    return found


def tile(client: Client, proofing: Proofing, number: int) -> str:
    html = client.get(proofing.album.get_absolute_url()).content.decode()
    found = re.search(rf'<div class="t [^>]*id="p-{proofing.photos[number - 1].pk}".*?</div>', html, re.DOTALL)
    assert found
    return found[0]


def test_tiles_tell_hearts_and_comments(proofing: Proofing, alice: Client) -> None:
    assert 'title="Favourite of 2 clients">♥ 2</b>' in tile(alice, proofing, 1)
    assert 'class="said__new" title="1 comment, 1 new"' in tile(alice, proofing, 1)
    assert 'title="Favourite of 1 client">♥ 1</b>' in tile(alice, proofing, 2)
    assert 'class="said"' not in tile(alice, proofing, 3)


def test_new_comments_are_counted_until_they_are_read(proofing: Proofing, alice: Client) -> None:
    said = 'title="New comments">1</span>'
    assert said in alice.get(LIST).content.decode()
    assert "1 new comment" in tight(alice.get(proofing.album.get_absolute_url()).content)
    with acting_in(proofing.studio):
        Comment.objects.for_studio(proofing.studio).update(read_at=timezone.now())
    assert "New comments" not in alice.get(LIST).content.decode()
    assert 'class="said__new"' not in tile(alice, proofing, 1)


def test_cards_tell_what_guests_did(proofing: Proofing, alice: Client) -> None:
    with acting_in(proofing.studio):
        for kind in ("opened", "downloaded", "downloaded"):
            row = Activity(studio=proofing.studio, shown_id=proofing.album.pk, kind=kind)
            row.save(force_insert=True)
    html = tight(alice.get(LIST).content)
    assert '<span title="Favourites">♥ 2</span>' in html
    assert '<span title="Downloads">↓ 2</span>' in html
    assert "1 new comment" in html
    assert "Active " in html


def test_who_works_elsewhere_is_told_nothing(proofing: Proofing, dora: Client, dora_user: User, north: Studio) -> None:
    keep_to(north, dora_user, AlbumFactory.create(studio=north))
    assert "New comments" not in dora.get(LIST).content.decode()
