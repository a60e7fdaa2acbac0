"""Guests who said who they are, for tests of what only such guests do."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.sharing.guests import visitors
from apps.sharing.models import ShareLink, Visitor
from tests.factories import ShareLinkFactory
from tests.sharing.conftest import Make, Share


def allowing(shared: Make, **rights: Any) -> Share:
    """An album and a link whose row has these rights, like `may_comment=True`."""
    share = shared()
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(**rights)
    share.reload()
    return share


def another_link(share: Share, **rights: Any) -> Share:
    """The same album by another link."""
    token = "another-" + "k" * 24
    link = ShareLinkFactory.create(album=share.album, token=token, label="Guests", **rights)
    return Share(share.studio, share.album, share.photos, link, token)


def visitor_of(share: Share, name: str = "Ada") -> Visitor:
    """The visitor of this name, who came by the share's link."""
    with acting_in(share.studio):
        visitor, _ = Visitor.objects.for_studio(share.studio).get_or_create(
            studio=share.studio,
            shown_id=share.album.pk,
            email=f"{abs(hash(name))}@example.com",
            defaults={"name": name, "link": share.link},
        )
    return visitor


def known(share: Share, name: str = "Ada") -> Client:
    """A browser of a guest of this link who has said who they are."""
    client, answer = Client(), HttpResponse()
    assert client.get(share.url()).status_code == 200
    visitors.remember(answer, {}, visitor_of(share, name), now=timezone.now())
    client.cookies.update(answer.cookies)
    return client


def address(share: Share, name: str, *args: Any) -> str:
    """Address of a guest page with ids in it."""
    return reverse(f"sharing:{name}", args=[share.token, *args])
