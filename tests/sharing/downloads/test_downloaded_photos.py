"""What clients downloaded, one by one or packed, is found in the library; and only by who works in that gallery."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.models import Role, User
from apps.accounts.tenancy import acting_in
from apps.library.find import Library
from apps.library.questions import language
from tests.factories import AlbumFactory
from tests.sharing.conftest import Make, Share, body_of
from tests.sharing.downloads.zipped import zip_of

pytestmark = pytest.mark.django_db(transaction=True)


def found(share: Share, user: User, text: str, albums: frozenset[UUID] | None = None) -> list[str]:
    today = timezone.now().date()
    with acting_in(share.studio):
        entered = Entered(share.studio, user, Role.EDITOR, album_ids=albums)
        library = Library(entered, language.read(text, today=today).tree, today=today)
        return sorted(tile.row.name for tile in library.page().tiles)


def test_a_photo_that_was_downloaded_by_itself_is_found(shared: Make, alice_user: User) -> None:
    share = shared(download="original")
    assert found(share, alice_user, "downloaded:yes") == []
    body_of(Client().get(share.url("download", share.photos[1])))
    assert found(share, alice_user, "downloaded:yes") == ["ZQX_1.JPG"]
    assert found(share, alice_user, "downloaded:no") == ["ZQX_0.JPG", "ZQX_2.JPG"]


def test_photos_that_went_out_packed_are_found(shared: Make, alice_user: User) -> None:
    share = shared(download="original")
    zip_of(share, what="all", size="original")
    assert found(share, alice_user, "downloaded:yes") == ["ZQX_0.JPG", "ZQX_1.JPG", "ZQX_2.JPG"]


def test_who_works_in_other_galleries_learns_nothing_of_it(shared: Make, alice_user: User) -> None:
    share = shared(download="original")
    body_of(Client().get(share.url("download", share.photos[0])))
    other = AlbumFactory.create(studio=share.studio)
    assert found(share, alice_user, "downloaded:yes", frozenset([share.album.pk])) == ["ZQX_0.JPG"]
    assert found(share, alice_user, "downloaded:yes", frozenset([other.pk])) == []
