"""What guests did, as the studio reads it: the feed, by person, by photo, live, as a file; and what is forgotten."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.sharing.activity import history
from apps.sharing.models import Activity, ActivityKind, Comment, Visitor
from tests.sharing.conftest import Make, Share

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def visitor(share: Share, name: str) -> Visitor:
    with acting_in(share.studio):
        row = Visitor(
            studio=share.studio,
            shown_id=share.album.pk,
            link=share.link,
            name=name,
            email=f"{name.lower()[:5]}@example.com",
        )
        row.save(force_insert=True)
    return row


def did(
    share: Share, kind: str, *, who: Visitor | None = None, photo: Photo | None = None, ago: int = 0, **detail: Any
) -> Activity:
    """Something that a guest did, so many minutes ago."""
    at = timezone.now() - timedelta(minutes=ago)
    row = Activity(
        studio=share.studio,
        shown_id=share.album.pk,
        link=share.link,
        visitor=who,
        photo=photo,
        kind=kind,
        at=at,
        detail=detail,
    )
    with acting_in(share.studio):
        row.save(force_insert=True)
    return row


def address(share: Share | None = None, file: bool = False) -> str:
    name = f"{'album' if share else 'studio'}_activity{'_file' if file else ''}"
    return reverse(f"sharing:{name}", args=["north", *([share.album.pk] if share else [])])


def rows(client: Client, where: str, **query: Any) -> list[str]:
    """Ids of the rows that a page shows, in order."""
    answer = client.get(where, query)
    assert answer.status_code == 200
    return re.findall(r'id="a-([0-9a-f-]{36})"', answer.content.decode())


@pytest.fixture
def share(shared: Make) -> Share:
    return shared()


def test_the_newest_stands_first_with_who_and_what(share: Share, alice: Client) -> None:
    anna = visitor(share, "Anna")
    old = did(share, "opened", ago=10)
    new = did(share, "favourite", who=anna, photo=share.photos[0])
    assert rows(alice, address()) == [str(new.pk), str(old.pk)]
    text = alice.get(address()).content.decode()
    for words in ("Anna", "added ZQX_0.JPG to their favourites", "opened the gallery", "Zqx wedding", "Zqx couple"):
        assert words in text


def test_one_sentence_for_photo_after_photo(share: Share, alice: Client) -> None:
    lena, tom = visitor(share, "Lena"), visitor(share, "Tom")
    for number, photo in enumerate([*share.photos[:3], share.photos[0]]):
        did(share, "favourite", who=lena, photo=photo, ago=10 + number, selection="Album")
    did(share, "favourite", who=tom, photo=share.photos[0], ago=9, selection="Album")
    did(share, "favourite", who=lena, photo=share.photos[1], ago=8, selection="Prints")
    did(share, "favourite", who=lena, photo=share.photos[1], ago=300, selection="Album")
    text = re.sub(r"<[^>]+>", "", alice.get(address()).content.decode())
    said = re.findall(r"(Lena|Tom)\s+(added .*)", text)
    assert said == [
        ("Lena", "added ZQX_1.JPG to “Prints”"),
        ("Tom", "added ZQX_0.JPG to “Album”"),
        ("Lena", "added 3 photos to “Album”"),
        ("Lena", "added ZQX_1.JPG to “Album”"),
    ]


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("opened", {}, "opened the gallery"),
        ("failed", {}, "entered a wrong password"),
        ("marked", {"stars": 4}, "gave 4 stars to ZQX_0.JPG"),
        ("marked", {"verdict": "approved", "label": "red"}, "put a red label on and approved ZQX_0.JPG"),
        ("sent", {"selection": "Album", "round": 2, "count": 1}, "sent “Album” with 1 photo (round 2)"),
        ("asked_more", {"selection": "Album", "selection_id": "01a2", "maximum": 30}, "photos in “Album”, now 30"),
        ("downloaded", {"what": "photo", "size": "web", "photos": 1, "bytes": 9}, "downloaded ZQX_0.JPG"),
        ("downloaded", {"what": "all", "photos": 1204, "bytes": 9}, "downloaded the whole gallery, 1,204 photos"),
        ("downloaded", {"what": "photos:abc", "photos": 2}, "downloaded 2 photos"),
        ("hid", {}, "hid ZQX_0.JPG from other guests"),
    ],
)
def test_what_was_done_is_a_sentence(kind: str, facts: dict[str, Any], said: str, share: Share, alice: Client) -> None:
    did(share, kind, who=visitor(share, "Lena"), photo=share.photos[0], **facts)
    text = alice.get(address()).content.decode()
    assert said in text
    assert "selection_id" not in text
    assert "bytes" not in text


def test_a_comment_is_told_in_its_words_while_it_stands(share: Share, alice: Client) -> None:
    lena = visitor(share, "Lena")
    with acting_in(share.studio):
        comment = Comment(
            studio=share.studio, shown_id=share.album.pk, photo=share.photos[0], visitor=lena, body="Brighter <please>"
        )
        comment.save(force_insert=True)
    did(share, "commented", who=lena, photo=share.photos[0], comment=str(comment.pk))
    assert "Brighter &lt;please&gt;" in alice.get(address()).content.decode()
    with acting_in(share.studio):
        Comment.objects.for_studio(share.studio).update(removed_at=timezone.now())
    text = alice.get(address()).content.decode()
    assert "Brighter" not in text
    assert "commented on ZQX_0.JPG" in text


def test_an_albums_page_shows_that_album(share: Share, shared: Make, alice: Client) -> None:
    other = shared()
    mine = did(share, "opened")
    did(other, "opened")
    assert rows(alice, address(share)) == [str(mine.pk)]
    assert len(rows(alice, address())) == 2


def test_what_lies_in_the_trash_rests(share: Share, alice: Client) -> None:
    did(share, "opened")
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).update(trashed_at=timezone.now())
    assert rows(alice, address()) == []


def test_the_feed_is_filtered(share: Share, shared: Make, alice: Client) -> None:
    anna, tom = visitor(share, "Anna"), visitor(share, "Tom")
    opened = did(share, "opened", ago=60 * 24 * 10)
    heart = did(share, "favourite", who=anna, photo=share.photos[0], ago=3)
    taken = did(share, "downloaded", who=tom, photo=share.photos[1], ago=2)
    elsewhere = did(shared(), "commented", ago=1)
    today = timezone.localdate().isoformat()
    asked: dict[str, tuple[dict[str, Any], list[Activity]]] = {
        "kind": ({"kind": "favourite"}, [heart]),
        "person": ({"person": tom.pk}, [taken]),
        "link": ({"link": share.link.pk}, [taken, heart, opened]),
        "photo": ({"photo": share.photos[0].pk}, [heart]),
        "from": ({"from": (timezone.localdate() - timedelta(days=2)).isoformat()}, [elsewhere, taken, heart]),
        "until": ({"to": (timezone.localdate() - timedelta(days=2)).isoformat()}, [opened]),
        "both": ({"kind": "opened", "from": today}, []),
        "nonsense": ({"kind": "x", "person": "x", "from": "x", "photo": "'"}, [elsewhere, taken, heart, opened]),
    }
    for name, (query, found) in asked.items():
        assert rows(alice, address(), **query) == [str(row.pk) for row in found], name


def test_a_day_is_the_studios_day(share: Share, alice: Client) -> None:
    with acting_in(share.studio):
        Studio.objects.filter(pk=share.studio.pk).update(time_zone="Pacific/Auckland")
    noon = timezone.now().replace(year=2026, month=3, day=1, hour=12, minute=0)
    row = did(share, "opened", ago=round((timezone.now() - noon).total_seconds() / 60))
    assert rows(alice, address(), **{"from": "2026-03-02", "to": "2026-03-02"}) == [str(row.pk)]
    assert rows(alice, address(), **{"to": "2026-03-01"}) == []


def test_the_feed_goes_on_by_key_and_costs_the_same(
    share: Share, alice: Client, django_assert_max_num_queries: Any
) -> None:
    anna = visitor(share, "Anna")
    made = [did(share, "opened", who=anna, ago=number) for number in range(history.PAGE + 5)]
    with django_assert_max_num_queries(19):
        first = alice.get(address()).content.decode()
    following = re.search(r'hx-get="([^"]*after=[^"]*)"', first)
    assert following
    rest = alice.get(following[1].replace("&amp;", "&"), headers={**HTMX, "HX-Target": "more"}).content.decode()
    assert "<html" not in rest
    ids = re.findall(r'id="a-([0-9a-f-]{36})"', first + rest)
    assert ids == [str(row.pk) for row in made]


def test_what_is_new_comes_by_itself(share: Share, alice: Client, django_assert_max_num_queries: Any) -> None:
    first = did(share, "opened", ago=5)
    asks = {"headers": {**HTMX, "HX-Target": "fresh"}}
    assert alice.get(address(), {"newest": first.pk}, **asks).status_code == 204  # type: ignore[arg-type]
    second = did(share, "favourite", photo=share.photos[0])
    with django_assert_max_num_queries(14):
        text = alice.get(address(), {"newest": first.pk}, **asks).content.decode()  # type: ignore[arg-type]
    assert re.findall(r'id="a-([0-9a-f-]{36})"', text) == [str(second.pk)]
    assert f'"newest": "{second.pk}"' in text
    assert 'hx-trigger="every 5s"' in text
    assert alice.get(address(), {"newest": second.pk}, **asks).status_code == 204  # type: ignore[arg-type]


def test_what_is_new_obeys_the_filter(share: Share, alice: Client) -> None:
    first = did(share, "opened", ago=5)
    did(share, "favourite", photo=share.photos[0])
    query: dict[str, Any] = {"newest": first.pk, "kind": "opened"}
    assert alice.get(address(), query, headers={**HTMX, "HX-Target": "fresh"}).status_code == 204


def test_by_person_and_by_photo(share: Share, alice: Client) -> None:
    anna = visitor(share, "Anna")
    for photo in share.photos[:2]:
        did(share, "favourite", who=anna, photo=photo)
    did(share, "downloaded", who=anna, photo=share.photos[0])
    did(share, "opened")
    people = alice.get(address(), {"by": "person"}).content.decode()
    figures = [re.findall(r'<td class="num">(\d+)</td>', row) for row in re.findall(r"<tr>.*?</tr>", people, re.S)]
    assert sorted(row for row in figures if row) == [["0", "2", "0", "1"], ["1", "0", "0", "0"]]
    assert "Anonymous" in people
    photos = alice.get(address(share), {"by": "photo"}).content.decode()
    assert re.findall(r"ZQX_\d\.JPG", photos) == ["ZQX_0.JPG", "ZQX_1.JPG"]


def test_the_file_holds_the_rows_and_runs_nothing(share: Share, alice: Client) -> None:
    evil = visitor(share, "=HYPERLINK(1)")
    did(share, "downloaded", who=evil, photo=share.photos[0], size="web", photos=3)
    did(share, "opened", ago=5)
    answer = alice.get(address(file=True))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(r'filename="activity-north-[\d-]+\.csv"', answer["Content-Disposition"])
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0][:4] == ["When", "Gallery", "Link", "Who"]
    assert table[1][3:] == ["'=HYPERLINK(1)", "=hype@example.com".replace("=", "'="), "Downloaded", "ZQX_0.JPG", "",
                            "size: web, photos: 3"]  # fmt: skip
    assert len(table) == 3
    only = alice.get(address(share, file=True), {"kind": "opened"}).content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(only)))) == 2


def test_what_a_client_typed_is_text(share: Share, alice: Client) -> None:
    did(share, "opened", who=visitor(share, "<script>x</script>"), note="<b>")
    for by in ("", "person"):
        text = alice.get(address(), {"by": by}).content.decode()
        assert "<script>x" not in text
        assert "&lt;script&gt;" in text


def test_a_viewer_reads_the_feed_but_takes_no_file(share: Share, bob: Client) -> None:
    did(share, "opened")
    assert len(rows(bob, address())) == 1
    assert bob.get(address(file=True)).status_code == 403


def test_old_visits_are_forgotten_and_what_matters_is_kept(share: Share, south: Studio) -> None:
    old, young = 401 * 24 * 60, 399 * 24 * 60
    gone = [did(share, kind, ago=old) for kind in ("opened", "unlocked", "failed")]
    kept = [did(share, "opened", ago=young), *(did(share, kind, ago=old) for kind in ("downloaded", "sent"))]
    assert history.forget() == 3
    with acting_in(share.studio):
        left = set(Activity.objects.for_studio(share.studio).values_list("pk", flat=True))
    assert left == {row.pk for row in kept}
    assert left.isdisjoint(row.pk for row in gone)
    assert history.forget() == 0


def test_forgetting_goes_in_portions(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "BATCH", 2)
    for _ in range(5):
        did(share, ActivityKind.OPENED, ago=401 * 24 * 60)
    assert history.forget() == 5
