"""Marks: verdict, label and stars of a visitor, and what tiles tell of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.sharing import access
from apps.sharing.feedback import marks
from apps.sharing.guests import visitors
from apps.sharing.models import Activity, ActivityKind, Comment, Mark, Visitor
from apps.web.rate_limit import RateLimit
from tests.markup import tight
from tests.sharing.conftest import Make, Share
from tests.sharing.known import address, allowing, another_link, known, visitor_of

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def share(shared: Make) -> Share:
    return allowing(shared, may_rate=True)


def put(client: Client, share: Share, photo: int = 0, **what: Any) -> Any:
    return client.post(address(share, "mark", share.photos[photo].pk), what, headers=SCRIPT)


def rows(share: Share) -> list[tuple[str, str, int]]:
    with acting_in(share.studio):
        return list(Mark.objects.for_studio(share.studio).values_list("verdict", "label", "stars"))


def grant_of(share: Share) -> access.Grant:
    return access.open_link(share.token, {}, now=timezone.now())


def test_each_field_is_set_and_cleared_by_itself(share: Share) -> None:
    client = known(share)
    assert put(client, share, label="green").json() == {"verdict": "", "label": "green", "stars": 0}
    assert put(client, share, stars="4").json() == {"verdict": "", "label": "green", "stars": 4}
    assert put(client, share, verdict="maybe").json() == {"verdict": "maybe", "label": "green", "stars": 4}
    assert put(client, share, label="").json() == {"verdict": "maybe", "label": "", "stars": 4}
    assert put(client, share, stars="0").json() == {"verdict": "maybe", "label": "", "stars": 0}
    assert rows(share) == [("maybe", "", 0)]
    with acting_in(share.studio):
        told = Activity.objects.for_studio(share.studio).filter(kind=ActivityKind.MARKED).order_by("at")
        assert [one.detail for one in told][:2] == [{"label": "green"}, {"stars": 4}]


def test_the_button_that_is_on_clears(share: Share) -> None:
    client = known(share)
    put(client, share, label="red", verdict="approved", stars="3")
    html = tight(client.get(address(share, "panel", share.photos[0].pk)).content)
    for name, value in (("label", "red"), ("verdict", "approved")):
        assert f'name="{name}" value="" data-is="{value}" aria-pressed="true"' in html
        assert html.count(f'name="{name}" value="" ') == 1
    assert 'name="stars" value="0" data-is="3" aria-pressed="true"' in html


def test_two_tabs_do_not_overwrite_each_other(share: Share) -> None:
    """Each writes the column that it changed and no other."""
    visitor = visitor_of(share)
    with acting_in(share.studio):
        marks.put(grant_of(share), visitor, share.photos[0].pk, stars=2)
        with CaptureQueriesContext(connection) as seen:
            marks.put(grant_of(share), visitor, share.photos[0].pk, label="blue")
    (update,) = [one["sql"] for one in seen.captured_queries if one["sql"].startswith('UPDATE "sharing_mark"')]
    assert '"label"' in update
    assert '"stars"' not in update


@pytest.mark.parametrize(
    "what", [{"label": "pink"}, {"verdict": "x"}, {"stars": "6"}, {"stars": "-1"}, {"stars": "x"}, {}]
)
def test_what_is_no_mark_is_refused(share: Share, what: dict[str, Any]) -> None:
    answer = put(known(share), share, **what)
    assert answer.status_code == 422
    assert rows(share) == []


def test_a_guest_rates_without_saying_who_it_is(share: Share) -> None:
    """The first star asks nothing; a heart does, and what was rated belongs to who it is then."""
    guest = Client()
    guest.get(share.url())
    for photo, stars in ((0, "4"), (1, "2"), (0, "5")):
        assert put(guest, share, photo, stars=stars).json()["stars"] == int(stars)
    assert put(Client(), share, stars="1").status_code == 200, "another browser is somebody else"
    assert sorted(stars for _, _, stars in rows(share)) == [1, 2, 5]
    assert guest.get(address(share, "marks_state")).json()["photos"][str(share.photos[0].pk)]["stars"] == 5
    panel = guest.get(address(share, "panel", share.photos[0].pk)).content
    assert 'name="stars" value="0" data-is="5" aria-pressed="true"' in tight(panel)
    entries = {"name": "Ada", "email": "ada@example.com"}
    assert guest.post(address(share, "who_save"), entries).status_code == 303
    assert put(guest, share, 2, stars="3").status_code == 200
    with acting_in(share.studio):
        people = Visitor.objects.for_studio(share.studio).order_by("created_at", "pk")
        assert [(one.name, one.email, one.marks.count()) for one in people] == [
            ("Ada", "ada@example.com", 3),
            ("Guest", "", 1),
        ]


def test_browsers_that_rate_are_bounded(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "NEW_PER_LINK", RateLimit("link-visitors", 2, 3600))
    statuses = []
    for _ in range(3):
        guest = Client()
        guest.get(share.url())
        statuses.append(put(guest, share, stars="5").status_code)
    assert statuses == [200, 200, 429]


def test_rights_and_photos_are_asked(share: Share) -> None:
    client = known(share)
    viewer = another_link(share)
    assert put(known(viewer, "Ben"), viewer, label="red").status_code == 403
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[1]).update(is_hidden=True)
    assert put(client, share, 1, label="red").status_code == 404
    assert client.get(address(share, "mark", share.photos[0].pk)).status_code == 405
    assert rows(share) == []


def test_without_scripts_a_mark_leads_back(share: Share) -> None:
    url = address(share, "mark", share.photos[0].pk)
    answer = known(share).post(url, {"label": "red", "next": address(share, "panel", share.photos[0].pk)})
    assert (answer.status_code, answer.headers["location"]) == (303, address(share, "panel", share.photos[0].pk))
    assert rows(share) == [("", "red", 0)]


def test_nobody_reads_the_marks_of_others(share: Share) -> None:
    put(known(share), share, label="purple", verdict="rejected", stars="1")
    ben = known(share, "Ben")
    html = ben.get(address(share, "panel", share.photos[0].pk)).content.decode()
    assert 'aria-pressed="true"' not in html
    assert ben.get(address(share, "marks_state")).json() == {"photos": {}}


def test_tiles_learn_comments_and_marks_in_one_query(share: Share) -> None:
    with acting_in(share.studio):
        share.link.may_comment = True
        share.link.save(update_fields=["may_comment"])
    client = known(share)
    put(client, share, label="yellow", stars="2")
    for photo in (0, 0, 1):
        client.post(address(share, "comment", share.photos[photo].pk), {"body": "x"})
    with CaptureQueriesContext(connection) as seen:
        told = client.get(address(share, "marks_state")).json()
    assert len([one for one in seen.captured_queries if "sharing_comment" in one["sql"]]) == 1
    assert len([one for one in seen.captured_queries if "sharing_mark" in one["sql"]]) == 1
    assert told == {
        "photos": {
            str(share.photos[0].pk): {"comments": 2, "label": "yellow", "stars": 2},
            str(share.photos[1].pk): {"comments": 1},
        }
    }
    put(client, share, label="", stars="0")
    with acting_in(share.studio):
        Comment.objects.for_studio(share.studio).update(removed_at="2026-01-01T00:00Z")
    assert client.get(address(share, "marks_state")).json() == {"photos": {}}
    assert Client().get(address(share, "marks_state")).json() == {"photos": {}}
