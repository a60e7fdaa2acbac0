"""A page is made from the replica only where the replica has the album as it is now; without it nothing is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.tenancy import acting_in
from apps.albums import versions
from apps.sharing.gallery import kept_pages
from apps.web.postgres import replica
from apps.web.ttl_cache import TtlCache
from tests.sharing.conftest import Make
from tests.sharing.gallery.test_kept_pages import html_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page at hand, and a replica of which nothing bad is known."""
    monkeypatch.setattr(kept_pages, "_PAGES", TtlCache(seconds=kept_pages.SECONDS, size=kept_pages.MOST))
    monkeypatch.setattr(replica, "_alone_until", {})


@pytest.fixture
def second() -> Iterator[Any]:
    """A replica: another connection to the same server, so it is never behind."""
    connections.settings[replica.ALIAS] = connections.settings["default"]
    connections[replica.ALIAS] = there = connections.create_connection("default")
    # A setting of this one alone.
    there.settings_dict = {**there.settings_dict}
    yield there
    there.close()
    del connections[replica.ALIAS], connections.settings[replica.ALIAS]


def asked_of_photos(queries: CaptureQueriesContext) -> int:
    return len([one for one in queries if "albums_placement" in one["sql"]])


def both(url: str) -> tuple[str, int, int]:
    """A guest's page, and how many questions after photos each server was asked."""
    with CaptureQueriesContext(connection) as first, CaptureQueriesContext(connections[replica.ALIAS]) as second:
        page = html_of(Client().get(url))
    return page, asked_of_photos(first), asked_of_photos(second)


def test_the_replica_is_asked_for_the_photos_of_a_page_and_gives_the_same(shared: Make, second: Any) -> None:
    share = shared()
    page, first, there = both(share.url())
    assert (first, there > 0) == (0, True)
    kept_pages.clear()
    second.close()
    second.settings_dict["HOST"] = "/nowhere"
    with CaptureQueriesContext(connection) as queries:
        assert html_of(Client().get(share.url())) == page
    assert asked_of_photos(queries) > 0, "it is away: the page is made as without it"


def test_a_replica_that_is_behind_makes_no_page(shared: Make, second: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared()
    real = versions.shown_version_sql("a")
    behind = kept_pages._THERE.replace(real, "'1.1'")
    assert behind != kept_pages._THERE
    monkeypatch.setattr(kept_pages, "_THERE", behind)
    _, first, there = both(share.url())
    assert (first > 0, there) == (True, 0)


def test_a_replica_that_failed_is_left_alone_for_a_while(
    shared: Make, second: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> None:
        asked.append(None)
        with acting_in(share.studio), connection.cursor() as cursor:
            cursor.execute("select 1/0")

    share, asked = shared(), []  # type: ignore[var-annotated]
    assert replica.instead(failing) is None
    assert replica.instead(failing) is None
    assert len(asked) == 1
    assert connections["default"] is not second, "questions go to the first server again"
    monkeypatch.setattr(replica, "_alone_until", {})
    assert replica.instead(lambda: 1) == 1


def test_a_server_that_follows_nobody_is_no_replica(second: Any) -> None:
    with pytest.raises(Exception, match="follows no other"):
        replica.lag()
