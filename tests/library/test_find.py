"""Rules and words find what a person would: against plain Python over the same photos."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Placement, Section
from apps.library import find
from apps.library.find import Library
from apps.library.folding import fold
from apps.library.questions import language, tree
from apps.library.questions.kinds import PlaceKind
from tests.amounts import amount
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)


@pytest.fixture
def owner(north: Studio, alice_user: User) -> Entered:
    return Entered(north, alice_user, Role.OWNER)


def search(owner: Entered, text: str) -> set[str]:
    """Names of the photos that a search finds."""
    with acting_in(owner.studio):
        library = Library(owner, language.read(text, today=TODAY).tree, today=TODAY)
        names = {tile.row.name for tile in library.page().tiles}
        assert library.total.count == len(names)
    return names


@pytest.fixture
def wedding(album: Album, shoot: Shoot) -> Album:
    ceremony = SectionFactory.create(album=album, title="Trauung")
    shoot("2024-05-04T14:00:00", section=ceremony, camera_name="IMG_0042.CR3", caption="Erster Tanz auf der Treppe")
    shoot("2024-05-04T18:00:00", camera_name="DSC1234.jpg", caption="The first dance", rating=5, keywords=["Fête"])
    shoot("2023-07-01T09:00:00", camera_name="A.jpg", facts={"make": "SONY", "model": "ILCE-7M4", "iso": 3200})
    return album


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('gallery:"anna & ben"', {"IMG_0042.CR3", "DSC1234.jpg", "A.jpg"}),
        ('-gallery:"Anna & Ben"', set()),
        ('gallery:"Carl"', set()),
        ("section:trauung", {"IMG_0042.CR3"}),
        ("dance", {"DSC1234.jpg"}),
        ("dancing", {"DSC1234.jpg"}),
        ("dan", {"DSC1234.jpg"}),
        ("Tänze", {"IMG_0042.CR3"}),
        ("treppen", {"IMG_0042.CR3"}),
        ('"first dance"', {"DSC1234.jpg"}),
        ('"dance first"', set()),
        ("fete", {"DSC1234.jpg"}),
        ("42", {"IMG_0042.CR3"}),
        ("IMG_0042", {"IMG_0042.CR3"}),
        ("1234", {"DSC1234.jpg"}),
        ("trauung", {"IMG_0042.CR3"}),
        ("anna", {"IMG_0042.CR3", "DSC1234.jpg", "A.jpg"}),
        ("anna -dance", {"IMG_0042.CR3", "A.jpg"}),
        ("anna summer 2023", {"A.jpg"}),
        ("sony", {"A.jpg"}),
        ("camera:r6 rating:>=4", {"DSC1234.jpg"}),
        ("iso:>1600", {"A.jpg"}),
        ("keyword:fete", {"DSC1234.jpg"}),
        ("nobody", set()),
    ],
)
def test_words_find_captions_names_and_places(wedding: Album, owner: Entered, text: str, names: set[str]) -> None:
    assert search(owner, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('gallery:"anna & ben"', {"IMG_0042.CR3", "DSC1234.jpg", "A.jpg"}),
        ("section:trauung", {"IMG_0042.CR3"}),
        ("-section:trauung", {"DSC1234.jpg", "A.jpg"}),
    ],
)
def test_of_very_many_galleries_each_photo_is_asked(
    wedding: Album, owner: Entered, monkeypatch: pytest.MonkeyPatch, text: str, names: set[str]
) -> None:
    monkeypatch.setattr(PlaceKind, "MANY", 0)
    assert search(owner, text) == names
    with acting_in(wedding.studio):
        Placement.objects.for_studio(wedding.studio).filter(photo__camera_name="IMG_0042.CR3").update(
            trashed_at=timezone.now()
        )
    assert search(owner, text) == names - {"IMG_0042.CR3"}


def test_the_photos_of_a_gallery_are_found_before_what_else_is_asked_of_them(wedding: Album, owner: Entered) -> None:
    """Left to itself the planner reads all picks of the studio beside them."""
    with acting_in(wedding.studio):
        Photo.objects.for_studio(wedding.studio).filter(camera_name="A.jpg").update(flag="pick")
        inside, outside = (
            Library(owner, language.read(f'{sign}gallery:"Anna & Ben" flag:pick', today=TODAY).tree, today=TODAY)
            for sign in ("", "-")
        )
        assert "ARRAY(SELECT" in str(inside._gathered.query)
        assert "ARRAY(SELECT" not in str(outside._gathered.query)
        assert [tile.row.name for tile in inside.page().tiles] == ["A.jpg"]
        assert outside.page().tiles == []


def test_a_rename_is_found_at_once_and_touches_no_photo(wedding: Album, owner: Entered) -> None:
    with acting_in(wedding.studio):
        Album.objects.for_studio(wedding.studio).filter(pk=wedding.pk).update(title="Clara")
        Section.objects.for_studio(wedding.studio).update(title="Party")
    assert search(owner, "anna") == set()
    assert len(search(owner, "clara")) == 3
    assert len(search(owner, "party")) == 1


def test_words_of_very_many_photos_are_found_in_order(
    wedding: Album, owner: Entered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "EXACT", 1)
    monkeypatch.setattr(find, "FEW", 1)
    with acting_in(wedding.studio):
        library = Library(owner, language.read("anna", today=TODAY).tree, today=TODAY)
        assert [tile.row.name for tile in library.page().tiles] == ["DSC1234.jpg", "IMG_0042.CR3", "A.jpg"]
        assert str(library.total) == "1+"


def test_facets_count_what_is_found(wedding: Album, owner: Entered) -> None:
    with acting_in(wedding.studio):
        facets = Library(owner, today=TODAY).facets()
    assert facets["camera"] == [("Canon EOS R6", 2), ("SONY ILCE-7M4", 1)]
    assert facets["year"] == [(2024, 2), (2023, 1)]
    assert facets["rating"] == [(5, 1)]


# -- any tree of rules against plain Python ------------------------------------------------------------------------

CAMERAS = ("", "Canon EOS R6", "Nikon Z8", "Fête 1")
WORDS = ("Fête", "stairs", "rain")


def reference(rule: Any, photo: dict[str, Any]) -> bool:
    """Whether the rules let a photo by, written without the product's code."""
    if "rules" in rule:
        held = [reference(one, photo) for one in rule["rules"] if asks(one)]
        return not held or {"all": all(held), "any": any(held), "none": not any(held)}[rule["match"]]
    op, value, mine = rule["op"], rule.get("value"), photo[rule["field"]]
    if op.startswith("is_not") or op == "not_in":
        positive = {"is_not": "is", "is_not_empty": "is_empty", "not_in": "in"}[op]
        return not reference({**rule, "op": positive}, photo)
    if rule["field"] == "taken_at":
        return on_days(op, value, mine)
    if isinstance(mine, list):
        folded = [fold(word) for word in mine]
        return in_list(op, value, folded)
    if isinstance(mine, str):
        mine = fold(mine)
        value = [fold(one) for one in value] if isinstance(value, list) else fold(value or "")
    return one_value(op, value, mine)


def asks(rule: Any) -> bool:
    return any(map(asks, rule["rules"])) if "rules" in rule else True


def one_value(op: str, value: Any, mine: Any) -> bool:
    if op == "is_empty":
        return mine in ("", None)
    if mine is None:
        return False
    return {
        "is": lambda: mine == value,
        "in": lambda: mine in value,
        "contains": lambda: value in mine,
        "starts_with": lambda: mine.startswith(value),
        "lt": lambda: mine < value,
        "lte": lambda: mine <= value,
        "gt": lambda: mine > value,
        "gte": lambda: mine >= value,
        "between": lambda: min(value) <= mine <= max(value),
    }[op]()


def in_list(op: str, value: Any, mine: list[str]) -> bool:
    wanted = [fold(one) for one in (value if isinstance(value, list) else [value or ""])]
    return {
        "is": lambda: wanted[0] in mine,
        "in": lambda: any(one in mine for one in wanted),
        "any_of": lambda: any(one in mine for one in wanted),
        "all_of": lambda: all(one in mine for one in wanted),
        "contains": lambda: any(wanted[0] in one for one in mine),
        "starts_with": lambda: any(one.startswith(wanted[0]) for one in mine),
        "is_empty": lambda: not mine,
    }[op]()


def on_days(op: str, value: Any, mine: date | None) -> bool:
    if mine is None or op == "is_empty":
        return op == "is_empty" and mine is None
    spans = [(date(year, 1, 1), date(year, 12, 31)) for year in map(int, value if isinstance(value, list) else [value])]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    return {
        "is": first <= mine <= last, "between": first <= mine <= last, "lt": mine < first, "lte": mine <= last,
        "gt": mine > last, "gte": mine >= first,
    }[op]  # fmt: skip


def a_rule(draw: random.Random) -> dict[str, Any]:
    numbers: dict[str, Any] = {"iso": (100, 400, 1600), "rating": (0, 1, 3, 5)}
    field = draw.choice(["camera", "iso", "rating", "keyword", "taken_at", "flag"])
    ops = {
        "camera": ["is", "is_not", "in", "not_in", "contains", "starts_with", "is_empty", "is_not_empty"],
        "keyword": [
            "is",
            "is_not",
            "any_of",
            "all_of",
            "not_in",
            "contains",
            "starts_with",
            "is_empty",
            "is_not_empty",
        ],
        "taken_at": ["is", "is_not", "lt", "lte", "gt", "gte", "between", "is_empty", "is_not_empty"],
        "flag": ["is", "is_not", "in", "not_in", "is_empty", "is_not_empty"],
    }.get(field, ["is", "is_not", "in", "not_in", "lt", "lte", "gt", "gte", "between"])
    if field == "iso":
        ops = [*ops, "is_empty", "is_not_empty"]
    op = draw.choice(ops)
    values = {
        "camera": ("canon eos r6", "fete 1", "Z8", "C"),
        "keyword": ("fete", "STAIRS", "r"),
        "taken_at": ("2022", "2023", "2024"),
        "flag": ("pick", "reject"),
        **numbers,
    }[field]
    if op in ("is_empty", "is_not_empty"):
        return {"field": field, "op": op}
    many = {"in": 2, "not_in": 2, "any_of": 2, "all_of": 2, "between": 2}.get(op)
    return {"field": field, "op": op, "value": draw.choices(values, k=many) if many else draw.choice(values)}


def a_group(draw: random.Random, depth: int) -> dict[str, Any]:
    inside = [
        a_group(draw, depth - 1) if depth > 1 and draw.random() < 0.3 else a_rule(draw)
        for _ in range(draw.randint(0 if depth < 4 else 1, 3))
    ]
    return {"match": draw.choice(tree.MATCHES), "rules": inside}


@pytest.mark.long
@pytest.mark.timeout(amount(suite=120, long=1800))
def test_any_tree_of_rules_finds_what_plain_python_finds(
    north: Studio, album: Album, shoot: Shoot, owner: Entered
) -> None:
    """500 trees, or 10,000, over 24 photos; in one transaction, as making the photos takes longer than asking."""
    draw = random.Random(11)
    photos: dict[Any, dict[str, Any]] = {}
    for _ in range(24):
        values: dict[str, Any] = {
            "camera": draw.choice(CAMERAS),
            "iso": draw.choice([None, 100, 400, 1600]),
            "rating": draw.choice([0, 1, 3, 5]),
            "flag": draw.choice(["", "pick", "reject"]),
            "keyword": draw.sample(WORDS, draw.randint(0, 3)),
            "taken_at": draw.choice([None, date(2022, 1, 1), date(2023, 6, 1), date(2023, 12, 31), date(2024, 12, 31)]),
        }
        at = f"{values['taken_at']}T{draw.randint(0, 23):02}:30:00" if values["taken_at"] else ""
        facts = {"make": "", "model": values["camera"], "iso": values["iso"]}
        photo = shoot(at, facts=facts, rating=values["rating"], flag=values["flag"], keywords=values["keyword"])
        photos[photo.pk] = values
    with acting_in(north):
        for _ in range(amount(suite=500, long=10_000)):
            plain = a_group(draw, 4)
            rules = tree.read(plain)
            found = set(Library(owner, rules, today=TODAY).rows.values_list("pk", flat=True))
            assert found == {pk for pk, values in photos.items() if reference(plain, values)}, plain
            assert tree.read(rules.as_plain()) == rules


def test_places_and_shapes_are_asked_for(wedding: Album, shoot: Shoot, owner: Entered) -> None:
    other = AlbumFactory.create(studio=wedding.studio, title="Clara")
    both = shoot(into=other, width=10, height=20, camera_name="both.jpg")
    PlacementFactory.create(album=wedding, photo=both)
    asked: list[tuple[dict[str, Any], set[str]]] = [
        ({"field": "album", "op": "is", "value": str(other.pk)}, {"both.jpg"}),
        ({"field": "album", "op": "all_of", "value": [str(other.pk), str(wedding.pk)]}, {"both.jpg"}),
        ({"field": "album", "op": "is_not", "value": str(wedding.pk)}, set()),
        ({"field": "orientation", "op": "is", "value": "portrait"}, {"both.jpg"}),
        ({"field": "uploaded_at", "op": "within_last", "value": 0}, set()),
    ]
    with acting_in(wedding.studio):
        Photo.objects.for_studio(wedding.studio).update(updated_at=F("updated_at"))
        for rule, names in asked[:-1]:
            library = Library(owner, tree.read({"match": "all", "rules": [rule]}), today=TODAY)
            assert {tile.row.name for tile in library.page().tiles} == names, rule
    with pytest.raises(tree.BadRules, match="number of days"):
        tree.read({"match": "all", "rules": [asked[-1][0]]})


@pytest.mark.parametrize(
    ("plain", "path"),
    [
        ([], ""),
        ({"match": "some", "rules": []}, "match"),
        ({"match": "all", "rules": [{"field": "wings", "op": "is", "value": 1}]}, "rules[0].field"),
        ({"match": "all", "rules": [{"field": "iso", "op": "contains", "value": 1}]}, "rules[0].op"),
        ({"match": "all", "rules": [{"field": "iso", "op": "is", "value": "x"}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"match": "any", "rules": [{"field": "x"}]}]}, "rules[0].rules[0].field"),
        ({"match": "all", "rules": [{"field": "iso", "op": "between", "value": [1]}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "iso", "op": "is", "value": True}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "text", "op": "is", "value": "\ud800"}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "camera", "op": "is", "value": "a\x00"}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "iso", "op": "is", "value": float("inf")}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "taken_at", "op": "within_last", "value": "1" * 9}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "exposure", "op": "is", "value": "1/0"}]}, "rules[0].value"),
        ({"match": "all", "rules": [{"field": "iso", "op": "is_empty", "value": 3}]}, "rules[0].value"),
    ],
)
def test_rules_that_cannot_be_asked_say_where(plain: Any, path: str) -> None:
    with pytest.raises(tree.BadRules) as refused:
        tree.read(plain)
    assert refused.value.path == path


def test_groups_are_nested_four_deep_at_most() -> None:
    plain: Any = {"match": "all", "rules": []}
    for _ in range(3):
        plain = {"match": "any", "rules": [plain]}
    assert tree.read(plain).match == "any"
    with pytest.raises(tree.BadRules, match="4 deep"):
        tree.read({"match": "any", "rules": [plain]})


def test_rules_are_said_as_a_person_says_them(wedding: Album, owner: Entered) -> None:
    texts = {
        "camera:r6 2024 rating:>=4": "camera with “r6” · 2024 · rating 4 or more",
        "-rejected anna": "not rejected · “anna”",
        "exposure:1/250 f:<=2.8": "exposure 1/250 s · aperture f/ 2.8 or less",
        "has:gps -keyword:none": "with a position · not no keyword",
    }
    with acting_in(wedding.studio):
        for text, said in texts.items():
            assert Library(owner, language.read(text, today=TODAY).tree, today=TODAY).sentence == said
        plain = {"match": "all", "rules": [{"field": "album", "op": "is", "value": str(wedding.pk)}]}
        assert Library(owner, tree.read(plain), today=TODAY).sentence == "in “Anna & Ben”"
