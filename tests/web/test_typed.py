"""What people type is compared as they see it, and comes back as they sent it."""

from __future__ import annotations

import csv
import importlib
import io
import pkgutil
import unicodedata
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import make_password
from rest_framework import serializers

import apps
from apps.accounts.models import User
from apps.albums.filenames.names import camera_name
from apps.albums.ordering import name_key
from apps.media.mime import disposition
from apps.sharing.downloads.archive import paths
from apps.sharing.downloads.sizes import modified_at
from apps.sharing.models import secrets
from apps.web import sealed, strict, tables
from apps.web.parsing import _NamesAsSent
from apps.web.typed import distinct_titles, fold_password, title_key

SAME = [
    ("Grüße-Köln", unicodedata.normalize("NFD", "Grüße-Köln")),
    ("Anna's day", "Anna\u2019s day"),
    ("Anna's day", "Anna\u02bcs day"),
    ("Anna's day", "Anna\u00b4s day"),
    ("Anna's day", "Anna`s day"),
    ("non breaking", "non\u00a0breaking"),
    ("non breaking", "non\u202fbreaking"),
    ("1999-2000", "1999\u20132000"),
    ("1999-2000", "1999\u22122000"),
    ("1999-2000", "1999\u20112000"),
    ("abc123", "\uff41\uff42\uff43\uff11\uff12\uff13"),
    ('say "yes"', "say \u201eyes\u201c"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_passwords_that_look_alike_open_the_same(one: str, other: str) -> None:
    assert fold_password(one) == fold_password(other)
    assert secrets.is_password(one, secrets.hash_password(other))
    assert secrets.is_password(other, secrets.hash_password(one))
    person = User()
    person.set_password(one)
    assert person.check_password(other)


@pytest.mark.parametrize(("one", "other"), [("Koln", "Köln"), ("anna", "Anna"), ("a b", "ab"), ("a-b", "a_b")])
def test_passwords_that_differ_stay_different(one: str, other: str) -> None:
    assert not secrets.is_password(one, secrets.hash_password(other))


def test_passwords_of_before_still_open() -> None:
    typed = "Anna\u2019s day"
    assert secrets.is_password(typed, make_password(secrets._peppered(typed, sealed.key(secrets._PEPPER))))
    person = User(password=make_password(typed))
    assert person.check_password(typed)


@pytest.mark.parametrize("year", [1, 1825, 2200, 9999])
def test_a_moment_at_an_end_of_the_calendar_closes_no_archive(year: int) -> None:
    added = datetime(2026, 5, 30, tzinfo=UTC)
    moment = modified_at(datetime(year, 1, 1, tzinfo=UTC), added)
    assert datetime.fromtimestamp(moment, ZoneInfo("America/New_York")) == added


NAMES = [
    "Tom&copy.jpg", "Rock &amp; Roll.png", "Anna&Ben&reg1.png", "Mum&nbsp;Dad.png",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family.png",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.png", "50%25 off.png", "-dash.png", "=1+1.png",
    unicodedata.normalize("NFD", "Zoë.jpg"), "\u0915\u094d\u200d\u0937.jpg", "a'b\"c.jpg",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_as_it_was_sent(name: str) -> None:
    assert _NamesAsSent.sanitize_file_name(None, name) == name  # type: ignore[arg-type]
    assert camera_name(name) == name
    [_, row] = csv.reader(paths.manifest([(name, 5, "ab")]).decode().splitlines())
    assert row[0] == name


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_stands_in_headers_in_both_forms(name: str) -> None:
    header = disposition(name)
    plain, _, exact = header.removeprefix('attachment; filename="').partition("\"; filename*=UTF-8''")
    assert unquote(exact) == name
    assert plain.isascii()
    assert not set(plain) & set('%"\\')
    assert disposition(name, attachment=False).startswith("inline; filename=")


ORDERED = [
    [
        "IMG_1234.jpg", "IMG_1234 (1).jpg", "IMG_1234-2.jpg", "IMG_1234-Edit.jpg", "IMG_1234_1.jpg",
        "999999999999.jpg", "1000000000000.jpg", "9999999999999.jpg", "10000000000000.jpg", "9876543210987654_n.jpg",
        "12345678901234567_n.jpg",
    ],
    ["IMG_9.jpg", "IMG_10.jpg", "IMG_010a.jpg"],
    ["a.jpg", "a.png", "a b.jpg", "a-1.jpg", "ab.jpg"],
    ["Straße 2", "STRASSE 10"],
    ["äpfel 1.jpg", "Apfel 2.jpg", "zebra.jpg"],
    ["9" * 99 + ".jpg", "1" + "0" * 99 + ".jpg"],
    ["DSC_0001.JPG", "DSC_0001.NEF", "DSC_0002.JPG"],
    [".hidden", "a", "я", "1"],
    ["v1.9.jpg", "v1.10.jpg"],
]  # fmt: skip


@pytest.mark.parametrize("names", ORDERED)
def test_names_stand_in_natural_order(names: list[str]) -> None:
    mixed = names[::-1]
    assert sorted(mixed, key=name_key) == names
    rekeyed = importlib.import_module("apps.albums.migrations.0007_digits_last")
    assert [rekeyed._name_key(name) for name in names] == list(map(name_key, names))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Köln", unicodedata.normalize("NFD", "Köln")),
        ("Party", "PARTY"),
        ("Straße", "STRASSE"),
        ("First  dance", "first dance"),
    ],
)
def test_titles_that_people_take_for_one_are_one(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)
    assert distinct_titles([one, " ", other, "Zoë"]) == [one, "Zoë"]


@pytest.mark.parametrize(
    "text",
    ["Anna;=1+1;", "=1+1", "Anna,+1", "a\t@x", "a\n=1", "-1", ";=1", '"=1', "a; =1", 'x";=1+1;"', "a\r=1", "\t=1"],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_for_any_spreadsheet(text: str, separator: str) -> None:
    line = tables.line(["Name", text, 5])
    assert line.count('"') >= 4, "every text is quoted"
    for raw in (
        csv.reader(io.StringIO(line, newline=""), delimiter=separator),
        [line.split(separator)],
        [line.splitlines()],
    ):
        for cell in (cell for row in raw for cell in row):
            assert not cell.strip(' "').startswith(("=", "+", "-", "@"))


def _bodies() -> list[type[serializers.BaseSerializer[Any]]]:
    """All serializers of the product that take something."""
    for module in pkgutil.walk_packages(apps.__path__, "apps."):
        if module.name.rpartition(".")[2] in ("api", "serializers", "endpoints", "members_api", "batch_api"):
            importlib.import_module(module.name)
    found: set[type[serializers.BaseSerializer[Any]]] = set()
    new: list[type[serializers.BaseSerializer[Any]]] = [serializers.Serializer]
    while new:
        children = [child for one in new for child in one.__subclasses__()]
        found |= {child for child in children if child.__module__.startswith("apps.")}
        new = children
    return sorted(found - {strict.Serializer, strict.ModelSerializer}, key=lambda one: one.__qualname__)


# What stands in a query string, beside the words of its page; and what only describes errors.
NOT_BODIES = {
    "ActivityQuery",
    "JournalQuery",
    "SearchRequest",
    "PageQuery",
    "PeopleQuery",
    "FaceQuery",
    "ErrorDetail",
    "ErrorBody",
}


@pytest.mark.parametrize("body", [one for one in _bodies() if one.__name__ not in NOT_BODIES])
def test_no_body_takes_a_field_that_it_does_not_know(body: Any) -> None:
    asked = body(data={"expires_onn": "2026-12-24"}, partial=True)
    assert not asked.is_valid()
    assert "expires_onn" in asked.errors
