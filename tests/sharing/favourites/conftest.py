"""What the tests of favourites have in common: a known person with a browser at a link that has favourites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.sharing.guests import visitors
from apps.sharing.models import Selection, SelectionPreset, ShareLink, Visitor
from tests.sharing.conftest import Make, Share

JSON = {"Accept": "application/json"}


@dataclass
class Person:
    """A known visitor with a browser."""

    share: Share
    visitor: Visitor
    client: Client

    def url(self, name: str, *args: Any) -> str:
        """A guest address of this gallery."""
        return reverse(f"sharing:{name}", args=[self.share.token, *args])

    def heart(self, number: int, on: bool = True, **fields: str) -> Any:
        """The answer to a heart, as a script asks for it."""
        path = self.url("favourite", self.share.photos[number].pk)
        return self.client.post(path, {"on": "1" if on else "0", **fields}, headers=JSON)

    def list(self) -> Selection:
        """The first list as its row stands."""
        with acting_in(self.share.studio):
            rows = Selection.objects.for_studio(self.share.studio).filter(visitor=self.visitor)
            return rows.order_by("created_at")[0]

    def page(self, name: str = "favourites", query: str = "", status: int = 200) -> str:
        """The HTML of a page."""
        response = self.client.get(self.url(name) + query)
        assert response.status_code == status
        return str(response.content.decode())


Come = Callable[..., Person]


def known(share: Share, email: str = "ada@example.com", client: Client | None = None) -> Person:
    """A browser that belongs to a person in this album."""
    with acting_in(share.studio):
        visitor, _ = Visitor.objects.for_studio(share.studio).get_or_create(
            studio=share.studio, shown_id=share.album.pk, email=email, defaults={"name": "Ada"}
        )
    answer = HttpResponse()
    visitors.remember(answer, {}, visitor, now=timezone.now())
    client = client or Client()
    client.cookies.update(answer.cookies)
    return Person(share, visitor, client)


@pytest.fixture
def come(shared: Make) -> Come:
    """A known person at a link that has favourites. minimum, maximum: of the studio's preset."""

    def make(*, minimum: int = 0, maximum: int | None = None, rights: bool = True) -> Person:
        share = shared()
        with acting_in(share.studio):
            ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(may_favourite=rights)
            SelectionPreset(
                studio=share.studio,
                shown_id=share.album.pk,
                title="For the album",
                minimum=minimum,
                maximum=maximum,
            ).save()
        return known(share)

    return make
