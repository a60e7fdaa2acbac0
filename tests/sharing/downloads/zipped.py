"""What the tests of archives have in common: asking for one, opening it, finding the files it is made of."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.media import serving
from apps.sharing import access
from apps.sharing.downloads.archive import response
from tests.sharing.conftest import Reply, Share, fetch


def zip_of(
    share: Share,
    client: Client | None = None,
    *,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    **query: str,
) -> Reply:
    """What the byte path answers, or raises Declined."""
    path = reverse("sharing:archive", args=[share.token])
    return fetch(client or Client(), path, app=response.archive, method=method, headers=headers, query=query)


def page_of(share: Share, client: Client | None = None, **query: str) -> Any:
    """What Django's page at the same address says."""
    return (client or Client()).get(reverse("sharing:archive", args=[share.token]), query)


def opened(reply: Reply) -> zipfile.ZipFile:
    assert reply.status == 200
    assert int(reply.headers["content-length"]) == len(reply.body)
    read = zipfile.ZipFile(io.BytesIO(reply.body))
    assert read.testzip() is None
    return read


def sha256_of(share: Share, number: int) -> str:
    return share.photos[number].original.sha256


def rows(share: Share, model: Any) -> list[Any]:
    with acting_in(share.studio):
        return list(model.objects.for_studio(share.studio).order_by("pk"))


def path_of(share: Share, number: int) -> Any:
    with acting_in(share.studio):
        location = serving.original_location(share.studio.pk, share.photos[number].pk)
    assert location is not None
    assert location.path is not None
    return location.path


def delivered(share: Share, **query: str) -> response.Delivery:
    grant = access.open_link(share.token, {}, now=timezone.now())
    with acting_in(share.studio):
        return response.decide(grant, {}, query, {})
