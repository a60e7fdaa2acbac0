"""The studio's proofing pages: who picked what, one list, comments, names that clients wrote."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from apps.sharing.models import Comment, Pick, SelectionPreset, Work
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.sharing.review.proofs import Proofing, make_proofing


@pytest.fixture
def proofing(north: Studio) -> Proofing:
    return make_proofing(north)


def shown(response: Any) -> list[str]:
    """Names under the photos of a page."""
    assert response.status_code == 200, response.content[:500]
    return re.findall(r'class="proof__name cut" title="([^"]+)"', response.content.decode())


def numbers(response: Any) -> list[int]:
    return [int(name[4:8]) for name in shown(response)]


class TestOverview:
    @pytest.fixture(autouse=True)
    def picked(self, proofing: Proofing) -> None:
        self.anna, self.ben = proofing.visitor("Anna"), proofing.visitor("Ben")
        proofing.selection(self.anna, 1, 2, 3)
        proofing.selection(self.anna, 3, 4, title="For mum")
        proofing.selection(self.ben, 2, 3, 5)
        proofing.mark(self.anna, 2, verdict="approved", label="red", stars=5)
        proofing.mark(self.ben, 2, stars=2)
        proofing.mark(self.ben, 3, verdict="rejected")
        proofing.mark(self.ben, 6, label="blue")

    def ask(self, client: Client, proofing: Proofing, query: str) -> list[int]:
        query = query.replace("ANNA", str(self.anna.pk)).replace("BEN", str(self.ben.pk))
        return numbers(client.get(f"{proofing.base}?{query}"))

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", [1, 2, 3, 4, 5]),
            ("person=ANNA", [1, 2, 3, 4]),
            ("person=BEN", [2, 3, 5]),
            ("person=ANNA&person=BEN", [1, 2, 3, 4, 5]),
            ("person=ANNA&person=BEN&how=all", [2, 3]),
            ("how=all", [2, 3]),
            ("verdict=approved", [2]),
            ("verdict=rejected&person=ANNA", []),
            ("stars=2", [2]),
            ("stars=2&how=all&person=ANNA&person=BEN", [2]),
            ("stars=3&how=all&person=ANNA&person=BEN", []),
            ("label=blue", []),
            ("what=marked", [2, 3, 6]),
            ("what=marked&label=blue", [6]),
            ("what=marked&person=ANNA", [2]),
            ("person=nonsense&verdict=x&stars=9&label=pink", [1, 2, 3, 4, 5]),
        ],
    )
    def test_the_photos_that_people_chose(
        self, bob: Client, proofing: Proofing, query: str, expected: list[int]
    ) -> None:
        assert self.ask(bob, proofing, query) == expected

    def test_a_photo_in_the_trash_is_not_shown_and_not_counted(self, bob: Client, proofing: Proofing) -> None:
        with acting_in(proofing.studio):
            rows = Placement.objects.for_studio(proofing.studio).filter(photo=proofing.photos[2])
            rows.update(trashed_at=timezone.now())
        page = bob.get(proofing.base)
        assert numbers(page) == [1, 2, 4, 5]
        assert [one.count for one in page.context["lists"]] == [2, 1, 2]

    def test_each_list_says_its_person_and_count(self, bob: Client, proofing: Proofing) -> None:
        rows = bob.get(proofing.base).context["lists"]
        assert [(one.selection.visitor.name, one.selection.title, one.words) for one in rows] == [
            ("Anna", "Favourites", "3"), ("Anna", "For mum", "2"), ("Ben", "Favourites", "3"),
        ]  # fmt: skip

    def test_what_people_typed_is_escaped(self, bob: Client, proofing: Proofing) -> None:
        hostile = proofing.visitor("<script>x</script>")
        proofing.selection(hostile, 1, sent=True, title="<img src=x>", note="<b>hi</b>")
        proofing.comment(hostile, 1, "<i>there</i>")
        for page in ("", "comments/", "names/"):
            text = bob.get(proofing.base + page).content.decode()
            assert not re.search(r"<script>x|<img src=x|<b>hi|<i>there", text)

    def test_more_photos_cost_no_more_queries(
        self, alice: Client, proofing: Proofing, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(10):
            visitor = proofing.visitor(f"Guest{number}")
            proofing.selection(visitor, 1, 2, 3, 4, 5, 6)
            proofing.comment(visitor, 1 + number % 6, "Nice")
        with django_assert_max_num_queries(26):
            alice.get(proofing.base)
        with django_assert_max_num_queries(22):
            alice.get(f"{proofing.base}comments/")


class TestOneList:
    def test_the_page_shows_note_round_work_and_how_to_go_on(self, alice: Client, proofing: Proofing) -> None:
        preset = proofing.preset(maximum=2)
        anna = proofing.visitor("Anna")
        row = proofing.selection(anna, 2, 4, sent=True, preset=preset, note="Please <hurry>", extra=1, round=2)
        page = alice.get(f"{proofing.base}{row.pk}/")
        text = page.content.decode()
        assert numbers(page) == [2, 4]
        assert "Please &lt;hurry&gt;" in text
        assert "2 of 3 photos" in text
        assert "Round 2" in text

    def test_work_of_chosen_photos_and_of_all(self, erin: Client, proofing: Proofing) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1, 2, 3, sent=True)
        url = f"{proofing.base}{row.pk}/work/"
        chosen = {"work": "editing", "photo": [str(proofing.photos[0].pk), str(proofing.photos[2].pk)]}
        assert erin.post(url, chosen).status_code == 303
        assert proofing.works(row) == ["editing", "selected", "editing"]
        assert erin.post(url, {"work": "ready", "all": "1"}).status_code == 303
        assert proofing.works(row) == ["ready"] * 3

    def test_no_photo_chosen_says_so_and_changes_nothing(self, erin: Client, proofing: Proofing) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1, sent=True)
        answer = erin.post(f"{proofing.base}{row.pk}/work/", {"work": "ready"})
        assert answer.status_code == 422
        assert "Choose the photos first." in answer.content.decode()
        assert proofing.works(row) == ["selected"]

    def test_reopening_begins_a_round_and_granting_raises_the_limit(self, erin: Client, proofing: Proofing) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1, sent=True, preset=proofing.preset(maximum=1))
        assert erin.post(f"{proofing.base}{row.pk}/reopen/").status_code == 303
        assert erin.post(f"{proofing.base}{row.pk}/extra/", {"extra": "5"}).status_code == 303
        fresh = proofing.fresh(row)
        assert (fresh.is_sent, fresh.round, fresh.extra) == (False, 2, 5)
        assert erin.post(f"{proofing.base}{row.pk}/extra/", {"extra": "-1"}).status_code == 422

    def test_who_asks_for_more_is_answered_where_the_list_is(
        self, erin: Client, bob: Client, proofing: Proofing
    ) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1, preset=proofing.preset(maximum=1), extra=2)
        pages = ["/studio/north/selections/", proofing.base, f"{proofing.base}{row.pk}/"]
        assert not any("Allow 5 more" in erin.get(page).content.decode() for page in pages)
        with acting_in(proofing.studio):
            row.ask_for_more(timezone.now())
        for page in pages:
            text = erin.get(page).content.decode()
            assert "Allow 5 more" in text, page
            assert '<span class="nav__count" title="Waiting for you">1</span>' in text
            assert "Allow 5 more" not in bob.get(page).content.decode()
        granted = re.search(r'name="extra" value="(\d+)">\s*<button class="btn btn--main">Allow', text)
        assert granted
        erin.post(f"{proofing.base}{row.pk}/extra/", {"extra": granted[1]})
        assert proofing.fresh(row).extra == 7
        assert not any("Allow 5 more" in erin.get(page).content.decode() for page in pages)

    def test_what_waits_stands_on_every_page_at_once_for_whom_it_waits(
        self, erin: Client, dora_user: User, erin_user: User, proofing: Proofing, north: Studio
    ) -> None:
        album, other = proofing.album, AlbumFactory.create(studio=north)
        told = '<span class="nav__count" title="Waiting for you">1</span>'
        # Some send the question along with their own, some ask it for themselves.
        pages = ["library/", "albums/", f"albums/{album.pk}/", "people/", "selections/", "library/?q=x"]

        def waits(client: Client, *some: str) -> set[bool]:
            return {told in client.get(f"/studio/north/{page}").content.decode() for page in some}

        assert waits(erin, *pages) == {False}
        row = proofing.selection(proofing.visitor("Anna"), 1, sent=True)
        assert waits(erin, *pages) == {True}
        keep_to(north, erin_user, other)
        assert waits(erin, "library/", "albums/", f"albums/{other.pk}/") == {False}
        keep_to(north, erin_user, album)
        assert waits(erin, "library/", "albums/", f"albums/{album.pk}/") == {True}
        keep_to(north, dora_user, album)
        assert waits(signed_in(dora_user), "library/", "albums/", f"albums/{album.pk}/") == {False}
        with acting_in(north):
            Pick.objects.for_studio(north).filter(selection=row).update(work=Work.READY)
        assert waits(erin, "library/", "albums/", f"albums/{album.pk}/") == {False}

    def test_a_list_of_another_album_is_not_here(self, alice: Client, proofing: Proofing, north: Studio) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1)
        other = AlbumFactory.create(studio=north)
        for name in ("selection", "selection_work", "selection_reopen", "selection_extra"):
            url = reverse(f"sharing:{name}", args=[north.slug, other.pk, row.pk])
            assert (alice.get if name == "selection" else alice.post)(url).status_code == 404

    def test_viewers_look_and_change_nothing(self, bob: Client, proofing: Proofing) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1, sent=True)
        page = bob.get(f"{proofing.base}{row.pk}/")
        assert page.status_code == 200
        assert 'name="work"' not in page.content.decode()
        assert bob.post(f"{proofing.base}{row.pk}/work/", {"work": "ready", "all": "1"}).status_code == 403


class TestWaiting:
    def test_lists_wait_until_the_studio_takes_them_in_hand(self, alice: Client, proofing: Proofing) -> None:
        anna = proofing.visitor("Anna")
        old = proofing.selection(anna, 1, sent=True, title="Old", sent_at=timezone.now() - timedelta(days=1))
        new = proofing.selection(anna, 2, sent=True, title="New")
        proofing.selection(anna, 3, title="Not sent")
        page = alice.get("/studio/north/selections/")
        assert [one.selection.title for one in page.context["rows"]] == ["New", "Old"]
        assert 'title="Waiting for you">2<' in page.content.decode()
        alice.post(f"{proofing.base}{new.pk}/work/", {"work": "editing", "all": "1"})
        waiting = alice.get("/studio/north/selections/").context["rows"]
        assert [one.selection.pk for one in waiting] == [old.pk]
        everything = alice.get("/studio/north/selections/?show=all").context["rows"]
        assert [one.selection.title for one in everything] == ["New", "Old"]

    def test_the_pages_of_waiting_lists_follow_each_other(
        self, alice: Client, proofing: Proofing, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
    ) -> None:
        monkeypatch.setattr("apps.sharing.review.answers.WAITING_PAGE", 2)
        anna = proofing.visitor("Anna")
        for number in range(3):
            proofing.selection(anna, number + 1, sent=True, title=f"List {number}")
        with django_assert_max_num_queries(17):
            first = alice.get("/studio/north/selections/")
        second = alice.get(f"/studio/north/selections/{first.context['next_url']}")
        titles = [one.selection.title for page in (first, second) for one in page.context["rows"]]
        assert titles == ["List 2", "List 1", "List 0"]
        assert alice.get("/studio/north/selections/?after=junk").status_code == 200


class TestPresets:
    def test_a_list_is_prepared_changed_and_taken_away(self, erin: Client, proofing: Proofing) -> None:
        url = f"{proofing.base}presets/"
        assert erin.post(url, {"title": " Album ", "minimum": "20", "maximum": "30"}).status_code == 303
        with acting_in(proofing.studio):
            row = SelectionPreset.objects.for_studio(proofing.studio).get()
        assert (row.title, row.minimum, row.maximum) == ("Album", 20, 30)
        assert erin.post(f"{url}{row.pk}/", {"title": "Book", "minimum": "", "maximum": ""}).status_code == 303
        fresh = proofing.fresh(row)
        assert (fresh.title, fresh.minimum, fresh.maximum) == ("Book", 0, None)
        mine = proofing.selection(proofing.visitor("Anna"), 1, preset=row)
        assert erin.post(f"{url}{row.pk}/delete/").status_code == 303
        assert proofing.fresh(mine).preset_id is None

    @pytest.mark.parametrize(
        "terms",
        [
            {"title": ""},
            {"title": "A", "minimum": "9", "maximum": "3"},
            {"title": "Taken"},
            {"title": "A", "minimum": "x"},
        ],
    )
    def test_a_bad_one_is_told_and_not_kept(self, erin: Client, proofing: Proofing, terms: dict[str, str]) -> None:
        proofing.preset("Taken")
        answer = erin.post(f"{proofing.base}presets/", terms)
        assert answer.status_code == 422
        assert 'class="errors"' in answer.content.decode() or "error" in answer.content.decode()
        with acting_in(proofing.studio):
            assert SelectionPreset.objects.for_studio(proofing.studio).count() == 1


class TestComments:
    def test_photos_with_new_comments_come_first_and_answers_are_read(self, erin: Client, proofing: Proofing) -> None:
        anna = proofing.visitor("Anna")
        proofing.comment(anna, 1, "Old news", read_at=timezone.now())
        new = proofing.comment(anna, 2, "Brighter please", pin_x=0.25, pin_y=0.5)
        page = erin.get(f"{proofing.base}comments/")
        assert [thread.proof.name for thread in page.context["threads"]] == ["IMG_0002.JPG", "IMG_0001.JPG"]
        assert 'x="25.00%" y="50.00%"' in page.content.decode()
        answered = erin.post(f"{proofing.base}comments/{new.pk}/answer/", {"body": "Gladly"})
        assert answered.status_code == 303
        assert proofing.fresh(new).read_at is not None
        text = erin.get(f"{proofing.base}comments/").content.decode()
        assert "Gladly" in text
        assert "Erin" in text

    def test_an_empty_answer_is_told_beside_what_it_answers(self, erin: Client, proofing: Proofing) -> None:
        row = proofing.comment(proofing.visitor("Anna"), 1, "Hello")
        answer = erin.post(f"{proofing.base}comments/{row.pk}/answer/", {"body": "  "})
        assert answer.status_code == 422
        assert "Write something first." in answer.content.decode()

    def test_what_was_said_of_a_photo_in_the_trash_is_not_new(self, erin: Client, proofing: Proofing) -> None:
        anna = proofing.visitor("Anna")
        proofing.comment(anna, 1, "Gone with its photo")
        proofing.comment(anna, 2, "Still here")
        with acting_in(proofing.studio):
            mine = proofing.album.placements.filter(photo=proofing.photos[0])
            mine.update(trashed_at=timezone.now())
        assert erin.get(proofing.base).context["unread_comments"] == 1

    def test_the_studio_removes_and_reads(self, erin: Client, proofing: Proofing) -> None:
        row = proofing.comment(proofing.visitor("Anna"), 1, "Rude words")
        other = proofing.comment(proofing.visitor("Ben"), 2, "Nice words")
        assert erin.post(f"{proofing.base}comments/{row.pk}/remove/").status_code == 303
        assert "Rude words" not in erin.get(f"{proofing.base}comments/").content.decode()
        url = f"{proofing.base}comments/photos/{proofing.photos[1].pk}/read/"
        assert erin.post(url).status_code == 303
        assert proofing.fresh(other).read_at is not None
        with acting_in(proofing.studio):
            assert Comment.objects.for_studio(proofing.studio).count() == 2


class TestFind:
    def test_names_give_photos_and_misses(self, erin: Client, bob: Client, proofing: Proofing) -> None:
        assert bob.get(f"{proofing.base}find/").status_code == 403
        page = erin.post(f"{proofing.base}find/", {"names": "img 1, 3-4, IMG_0005.CR3, <b>IMG_0099</b>"})
        assert numbers(page) == [1, 3, 4, 5]
        text = page.content.decode()
        assert "<b>IMG_0099" not in text
        assert page.context["misses_count"] == 1

    def test_too_much_is_told_and_what_was_typed_stays(self, erin: Client, proofing: Proofing) -> None:
        answer = erin.post(f"{proofing.base}find/", {"names": "1-9999"})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "a range has at most 2,000 numbers" in text
        assert ">1-9999</textarea>" in text

    def test_found_photos_become_a_clients_selection_or_get_a_mark(self, erin: Client, proofing: Proofing) -> None:
        row = proofing.selection(proofing.visitor("Anna"), 1)
        ids = [str(photo.pk) for photo in proofing.photos[:3]]
        added = erin.post(f"{proofing.base}find/add/", {"selection": str(row.pk), "photo": ids})
        assert added.headers["location"] == f"{proofing.base}{row.pk}/"
        with acting_in(proofing.studio):
            assert Pick.objects.for_studio(proofing.studio).filter(selection=row, work=Work.SELECTED).count() == 3
        assert erin.post(f"{proofing.base}find/mark/", {"mark": "reject", "photo": ids[:1]}).status_code == 303
        assert proofing.fresh(proofing.photos[0]).flag == "reject"
        assert erin.post(f"{proofing.base}find/mark/", {"mark": "pink", "photo": ids}).status_code == 400
