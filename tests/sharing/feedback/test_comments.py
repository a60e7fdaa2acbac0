"""Comments: who may write, who reads them, what is refused, what the studio does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import acting_in
from apps.sharing.feedback import comments
from apps.sharing.models import Activity, ActivityKind, BadComment, Comment
from tests.sharing.conftest import Make, Share
from tests.sharing.known import address, allowing, another_link, known, visitor_of

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def share(shared: Make) -> Share:
    return allowing(shared, may_comment=True)


def say(client: Client, share: Share, body: str = "Lovely", *, photo: int = 0, **more: Any) -> Any:
    url = address(share, "comment", share.photos[photo].pk)
    return client.post(url, {"body": body, **more}, headers=SCRIPT)


def panel(client: Client, share: Share, photo: int = 0) -> str:
    response = client.get(address(share, "panel", share.photos[photo].pk), headers=SCRIPT)
    assert response.status_code == 200
    return response.content.decode()


def rows(share: Share) -> list[Comment]:
    with acting_in(share.studio):
        return list(Comment.objects.for_studio(share.studio).order_by("created_at", "id"))


def test_a_guest_comments_and_others_of_the_link_read_it(share: Share) -> None:
    answer = say(known(share), share, "  Could this be brighter?\r\nThanks  ", x="0.25", y="0.75")
    assert answer.status_code == 200
    assert 'data-x="25.00%" data-y="75.00%"' in answer.content.decode()
    (row,) = rows(share)
    assert (row.body, row.pin_x, row.pin_y) == ("Could this be brighter?\nThanks", 0.25, 0.75)
    html = panel(known(share, "Ben"), share)
    assert "Could this be brighter?" in html
    assert "<bdi>Ada</bdi>" in html
    assert ">Delete<" not in html
    with acting_in(share.studio):
        (told,) = Activity.objects.for_studio(share.studio).filter(kind=ActivityKind.COMMENTED)
    assert (told.photo_id, told.detail) == (share.photos[0].pk, {"comment": str(row.pk)})


def test_a_guest_who_is_nobody_yet_is_asked_who_they_are(share: Share) -> None:
    client = Client()
    client.get(share.url())
    answer = say(client, share)
    assert (answer.status_code, answer.json()["code"]) == (409, "who")
    plain = client.post(address(share, "comment", share.photos[0].pk), {"body": "x", "next": share.url()})
    assert plain.status_code == 303
    assert plain.headers["location"].startswith(address(share, "who"))
    assert rows(share) == []


def test_without_scripts_the_form_leads_back_to_the_thread(share: Share) -> None:
    client, url = known(share), address(share, "panel", share.photos[0].pk)
    page = client.get(url).content.decode()
    assert "<html" in page
    assert f'name="next" value="{url}"' in page
    answer = client.post(address(share, "comment", share.photos[0].pk), {"body": "Lovely", "next": url})
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    elsewhere = client.post(
        address(share, "comment", share.photos[0].pk), {"body": "Lovely", "next": "https://example.com/"}
    )
    assert elsewhere.headers["location"] == share.url()


def test_another_link_is_another_audience(share: Share) -> None:
    florist = another_link(share, may_comment=True)
    say(known(share), share, "Zqx private words")
    (row,) = rows(share)
    for client in (Client(), known(florist, "Florist")):
        assert "Zqx private words" not in panel(client, florist)
    assert say(known(florist, "Florist"), florist, "and I", parent=str(row.pk)).status_code == 404
    state = known(florist, "Florist").get(address(florist, "marks_state")).json()
    assert state == {"photos": {}}
    # The same person reads their own by either link, and an answer to it stays in the audience where it began.
    mine = known(florist, "Ada")
    assert "Zqx private words" in panel(mine, florist)
    assert say(mine, florist, "Zqx more of it", parent=str(row.pk)).status_code == 200
    assert "Zqx more of it" in panel(known(share, "Ben"), share)
    assert "Zqx more of it" not in panel(known(florist, "Florist"), florist)


def test_a_visitor_of_one_link_who_writes_by_another_is_read_there_only(share: Share) -> None:
    visitor_of(share, "Ada")
    florist = another_link(share, may_comment=True)
    say(known(florist, "Ada"), florist, "Zqx by the florist's link")
    assert "Zqx by the florist" in panel(known(florist, "Florist"), florist)
    assert "Zqx by the florist" not in panel(known(share, "Ben"), share)


def test_a_link_without_the_right_takes_no_comment_and_shows_none(share: Share) -> None:
    client = known(share)
    say(client, share, "Zqx said")
    (row,) = rows(share)
    with acting_in(share.studio):
        share.link.may_comment = False
        share.link.save(update_fields=["may_comment"])
    assert say(client, share, "more").status_code == 403
    assert client.post(address(share, "comment_remove", share.photos[0].pk, row.pk)).status_code == 403
    html = panel(client, share)
    assert "Zqx said" not in html
    assert "<textarea" not in html
    assert client.get(address(share, "marks_state")).json() == {"photos": {}}


def test_a_hidden_photo_is_not_there(share: Share) -> None:
    client = known(share)
    say(client, share, "Zqx said")
    (row,) = rows(share)
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[0]).update(is_hidden=True)
    pk = share.photos[0].pk
    assert client.get(address(share, "panel", pk)).status_code == 404
    assert client.post(address(share, "comment", pk), {"body": "x"}).status_code == 404
    assert client.post(address(share, "comment_remove", pk, row.pk)).status_code == 404
    assert client.get(address(share, "marks_state")).json() == {"photos": {}}


def test_what_a_person_typed_never_runs(share: Share) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    client = known(share, evil)
    say(client, share, evil)
    assert say(client, share, "x" * 1990 + evil, x="0.1", y="0.1").status_code == 422
    refused = client.post(address(share, "comment", share.photos[0].pk), {"body": evil + "x" * 2000})
    page = client.get(address(share, "panel", share.photos[0].pk)).content.decode()
    for html in (panel(client, share), refused.content.decode(), page):
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"body": " \n "}, "Write something first"),
        ({"body": "\0"}, "could not be read"),
        ({"body": "x" * 2001}, "2000 characters. Yours has 2001"),
        ({"body": "kept", "x": "0.5"}, "outside the photo"),
        ({"body": "kept", "x": "0.5", "y": "1.2"}, "outside the photo"),
        ({"body": "kept", "x": "nan", "y": "0.5"}, "could not be read"),
    ],
)
def test_what_is_no_comment_is_refused_and_what_was_typed_stays(
    share: Share, typed: dict[str, Any], words: str
) -> None:
    answer = say(known(share), share, **typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert typed["body"].strip("\0") in html
    assert rows(share) == []


def test_answers_stay_one_level_deep_and_on_their_photo(share: Share) -> None:
    ada, ben = known(share), known(share, "Ben")
    say(ada, share, "Root")
    root = rows(share)[0]
    say(ben, share, "First answer", parent=str(root.pk))
    first = rows(share)[1]
    say(ada, share, "Second answer", parent=str(first.pk))
    assert [row.parent_id for row in rows(share)] == [None, root.pk, root.pk]
    for parent in (str(root.pk), "junk"):
        assert say(ben, share, "elsewhere", photo=1, parent=parent).status_code == 404
    html = panel(ben, share)
    assert re.findall(r"Root|First answer|Second answer", html) == [
        "Root",
        "First answer",
        "Second answer",
    ]


def test_one_takes_back_only_what_is_ones_own(share: Share) -> None:
    ada, ben = known(share), known(share, "Ben")
    say(ada, share, "Zqx alone")
    say(ada, share, "Zqx answered")
    alone, answered = rows(share)
    say(ben, share, "My answer", parent=str(answered.pk))
    for row in (alone, answered):
        url = address(share, "comment_remove", share.photos[0].pk, row.pk)
        assert ben.post(url).status_code == 404
        assert Client().post(url).status_code == 303
        assert ada.post(url, headers=SCRIPT).status_code == 200
        assert ada.post(url, headers=SCRIPT).status_code == 200
    html = panel(ben, share)
    assert "Zqx " not in html
    assert html.count("This comment was deleted.") == 1
    assert "My answer" in html
    assert 'data-count="1"' in html
    assert say(ben, share, "again", parent=str(answered.pk)).status_code == 404


def test_a_photo_is_full_at_its_limit(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "PER_PHOTO", 2)
    client = known(share)
    assert [say(client, share).status_code for _ in range(3)] == [200, 200, 409]
    assert say(client, share, photo=1).status_code == 200
    last = rows(share)[0]
    client.post(address(share, "comment_remove", share.photos[0].pk, last.pk))
    assert say(client, share).status_code == 200


def test_a_visitor_writes_no_more_than_so_many_an_hour(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "PER_HOUR", 2)
    client = known(share)
    assert [say(client, share, photo=number).status_code for number in (0, 1)] == [200, 200]
    stopped = say(client, share, "Zqx typed", photo=2)
    assert stopped.status_code == 429
    assert 3500 < int(stopped.headers["retry-after"]) <= 3600
    assert "Zqx typed" in stopped.content.decode()
    assert say(known(share, "Ben"), share).status_code == 200
    with acting_in(share.studio):
        Comment.objects.for_studio(share.studio).update(created_at=timezone.now() - timedelta(minutes=61))
    assert say(client, share).status_code == 200


def test_the_studio_answers_removes_and_reads(share: Share, alice_user: User) -> None:
    client = known(share)
    say(client, share, "Zqx question")
    say(client, share, "Zqx rude")
    question, rude = rows(share)
    with acting_in(share.studio):
        reply = question.answer(by=alice_user, body=" Gladly ")
        assert (reply.body, reply.parent_id, reply.link_id) == ("Gladly", question.pk, share.link.pk)
        assert reply.answer(by=alice_user, body="And more").parent_id == question.pk
        with pytest.raises(BadComment):
            question.answer(by=alice_user, body=" ")
        rude.remove(by=alice_user)
        rude.remove(by=alice_user)
        assert JournalEntry.objects.for_studio(share.studio).filter(verb="comment.removed").count() == 1
        question.refresh_from_db()
        assert question.read_at is not None
        assert comments.mark_read(share.album, share.photos[0].pk) == 1
        assert comments.mark_read(share.album, share.photos[0].pk) == 0
    html = panel(known(share, "Ben"), share)
    assert "Gladly" in html
    # The studio speaks by its name; the member's own is not told.
    assert f"<bdi>{share.studio.name}</bdi>" in html
    assert alice_user.name not in html
    assert "Zqx rude" not in html


def test_a_long_thread_costs_no_more_queries(share: Share) -> None:
    visitor, photo = visitor_of(share), share.photos[0]
    client = known(share)

    def cost(roots: int) -> int:
        with acting_in(share.studio):
            for number in range(roots):
                root = Comment(
                    studio=share.studio, shown_id=share.album.pk, photo=photo, link=share.link, visitor=visitor
                )
                root.body = f"n{number}"
                root.save(force_insert=True)
                root.answer(by=None, body="yes")  # type: ignore[arg-type]
        with CaptureQueriesContext(connection) as seen:
            assert panel(client, share).count('id="c-') >= 2 * roots
        return len(seen)

    first = cost(1)
    assert first <= 16
    assert cost(40) == first


def test_get_writes_nothing(share: Share) -> None:
    client = known(share)
    assert client.get(address(share, "comment", share.photos[0].pk)).status_code == 405
    assert client.get(address(share, "comment_remove", share.photos[0].pk, share.photos[0].pk)).status_code == 405
