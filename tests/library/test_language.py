"""What is typed is understood or told; nothing is dropped in silence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.library.folding import words_of
from apps.library.questions import days, language
from apps.library.questions.tree import Group, Rule

# A Saturday.
TODAY = date(2026, 11, 28)


def terms(text: str) -> list[tuple[str, str, object]]:
    found = []
    for term in language.read(text, today=TODAY).terms:
        rule = term.rule
        if isinstance(rule, Group):
            assert rule.match == "none"
            (rule,) = rule.rules
            assert isinstance(rule, Rule)
            found.append((f"-{rule.field.name}", rule.operator.name, rule.value))
        else:
            found.append((rule.field.name, rule.operator.name, rule.value))
    return found


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("anna", [("text", "contains", "anna")]),
        ('"first dance"', [("text", "is", "first dance")]),
        ("camera:r6", [("camera", "contains", "r6")]),
        ('kamera:"Canon EOS R6"', [("camera", "contains", "Canon EOS R6")]),
        ("iso:>1600", [("iso", "gt", 1600)]),
        ("iso:100..400", [("iso", "between", [100, 400])]),
        ("rating:>=4", [("rating", "gte", 4)]),
        ("-rejected", [("-flag", "is", "reject")]),
        ("flag:picked", [("flag", "is", "pick")]),
        ("unrated", [("rating", "is_empty", None)]),
        ("rating:none", [("rating", "is_empty", None)]),
        ("exposure:1/250", [("exposure", "is", 0.004)]),
        ("f:<=2.8", [("aperture", "lte", 2.8)]),
        ("has:gps", [("has_gps", "is", True)]),
        ("-has:keyword", [("-keyword", "is_not_empty", None)]),
        ("orientation:portrait", [("orientation", "is", "portrait")]),
        ("name:DSC_0042", [("camera_name", "contains", "DSC_0042")]),
        ("2024", [("taken_at", "is", "2024")]),
        ("2024-05", [("taken_at", "is", "2024-05")]),
        ("4.5.2024", [("taken_at", "is", "2024-05-04")]),
        ("2024-05..2024-07", [("taken_at", "between", ["2024-05-01", "2024-07-31"])]),
        ("taken:>=2024-05", [("taken_at", "gte", "2024-05")]),
        ("uploaded:2024", [("uploaded_at", "is", "2024")]),
        ("May 2024", [("taken_at", "is", "2024-05")]),
        ("in Mai 2024", [("taken_at", "is", "2024-05")]),
        ("3 May 2024", [("taken_at", "is", "2024-05-03")]),
        ("3. März 2024", [("taken_at", "is", "2024-03-03")]),
        ("the 3rd of May 2024", [("taken_at", "is", "2024-05-03")]),
        ("5 December", [("taken_at", "is", "2025-12-05")]),
        ("summer 2023", [("taken_at", "between", ["2023-06-01", "2023-08-31"])]),
        ("Winter 2023", [("taken_at", "between", ["2023-12-01", "2024-02-29"])]),
        ("last summer", [("taken_at", "between", ["2026-06-01", "2026-08-31"])]),
        ("letzter Samstag", [("taken_at", "is", "2026-11-21")]),
        ("last Friday", [("taken_at", "is", "2026-11-27")]),
        ("yesterday", [("taken_at", "is", "2026-11-27")]),
        ("gestern", [("taken_at", "is", "2026-11-27")]),
        ("letzte Woche", [("taken_at", "between", ["2026-11-16", "2026-11-22"])]),
        ("last month", [("taken_at", "is", "2026-10")]),
        ("letztes Jahr", [("taken_at", "is", "2025")]),
        ("last weekend", [("taken_at", "between", ["2026-11-21", "2026-11-22"])]),
        ("05.10.24", [("taken_at", "is", "2024-10-05")]),
        ("5.10.89", [("taken_at", "is", "1989-10-05")]),
        ("10/2024", [("taken_at", "is", "2024-10")]),
        ("2024/10/05", [("taken_at", "is", "2024-10-05")]),
        ("the 90s", [("taken_at", "between", ["1990-01-01", "1999-12-31"])]),
        ("2000er", [("taken_at", "between", ["2000-01-01", "2009-12-31"])]),
        ("3 days ago", [("taken_at", "is", "2026-11-25")]),
        ("vor 2 Wochen", [("taken_at", "between", ["2026-11-09", "2026-11-15"])]),
        ("2 months ago", [("taken_at", "is", "2026-09")]),
        ("in the last 7 days", [("taken_at", "between", ["2026-11-22", "2026-11-28"])]),
        ("on Friday", [("taken_at", "is", "2026-11-27")]),
        ("am Samstag", [("taken_at", "is", "2026-11-28")]),
        ("since May 2024", [("taken_at", "gte", "2024-05")]),
        ("before summer 2023", [("taken_at", "lt", "2023-06-01..2023-08-31")]),
        ("nach 2020", [("taken_at", "gt", "2020")]),
        ("bis März 2024", [("taken_at", "lte", "2024-03")]),
        ("between 3 May 2024 and 6 June 2024", [("taken_at", "between", ["2024-05-03", "2024-06-06"])]),
        ("von 2019 bis 2021", [("taken_at", "between", ["2019-01-01", "2021-12-31"])]),
        ("May 2019 to June 2021", [("taken_at", "between", ["2019-05-01", "2021-06-30"])]),
        ("anna without ben", [("text", "contains", "anna"), ("-text", "contains", "ben")]),
        ("ohne iso:100", [("-iso", "is", 100)]),
        ("anna & ben", [("text", "contains", "anna"), ("text", "contains", "ben")]),
        # Where there is nothing else, common words are what is looked for.
        ("the one", [("text", "contains", "the"), ("text", "contains", "one")]),
        # A month's name alone is somebody's name; four digits that are no year are a file's number.
        ("May", [("text", "contains", "May")]),
        ("0042", [("text", "contains", "0042")]),
        ('"2024"', [("text", "is", "2024")]),
        (
            'anna ben stairs camera:r6 iso:>1600 2024-05 rating:>=4 -rejected "first dance"',
            [
                ("text", "contains", "anna"), ("text", "contains", "ben"), ("text", "contains", "stairs"),
                ("camera", "contains", "r6"), ("iso", "gt", 1600), ("taken_at", "is", "2024-05"),
                ("rating", "gte", 4), ("-flag", "is", "reject"), ("text", "is", "first dance"),
            ],
        ),
        ("anna in summer 2023 -ben", [("text", "contains", "anna"),
            ("taken_at", "between", ["2023-06-01", "2023-08-31"]), ("-text", "contains", "ben")]),
    ],
)  # fmt: skip
def test_a_search_is_understood(text: str, understood: list[tuple[str, str, object]]) -> None:
    assert terms(text) == understood
    assert language.read(text, today=TODAY).misread == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colr:red", "There is no filter “colr”"),
        ("rating:many", "Enter a number"),
        ("iso:>", "Enter a number"),
        ("flag:maybe", "Choose pick, reject"),
        ("taken:soon", "Enter a date"),
        ("taken:2024-13", "Enter a date"),
        ("camera:>3", "Here one of"),
        ("has:wings", "Say has:gps"),
        ("with", "Left out, as too common"),
        ("fotos", "Left out, as too common"),
        ("or", "all that is asked for"),
        ("♥", "no letters and no digits"),
        ("31 February 2024", "no such day"),
        ("31.2.2024", "no such day"),
        ("05/10/2024", "Write the day as 2024-05-10"),
    ],
)
def test_what_is_not_understood_is_told_beside_the_rest(text: str, told: str) -> None:
    found = language.read(f"anna {text}", today=TODAY)
    assert found.text == "anna"
    (sentence,) = found.misread
    assert text in sentence
    assert told in sentence


def test_who_learns_nothing_of_guests_cannot_ask_for_it() -> None:
    for text in ("favourite:yes", "has:comments", "client_rating:>3"):
        assert language.read(text, today=TODAY).misread == ()
        assert language.read(text, today=TODAY, with_guests=False).terms == ()


def test_too_much_is_cut_and_told() -> None:
    assert "too long" in language.read("a" * 501, today=TODAY).misread[0]
    assert "first 30" in language.read("word " * 40, today=TODAY).misread[0]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab1-:"<>=. ä2024maylast\n\x00', max_size=60))
def test_every_word_becomes_a_term_or_a_sentence(text: str) -> None:
    found = language.read(text, today=TODAY)
    said = " ".join([found.text, *found.misread])
    assert [word for word in words_of(text.replace("\x00", "")) if word not in words_of(said)] == []
    # The same text again, as it stands in the address behind a chip.
    again = language.read(found.text, today=TODAY)
    assert [term.rule for term in again.terms] == [term.rule for term in found.terms]


@pytest.mark.parametrize("text", ["camera:r6", "rating:>=4", "iso:100..400", 'camera:"EOS R6"', "rating:none"])
def test_a_condition_is_typed_as_it_is_read(text: str) -> None:
    (term,) = language.read(text, today=TODAY).terms
    assert isinstance(term.rule, Rule)
    assert language.of_rule(term.rule) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [("2024", "2024"), ("2024-05", "May 2024"), ("2024-05-04", "4 May 2024"),
     ("2024-05-04..2024-06-01", "4 May 2024 to 1 June 2024")],
)  # fmt: skip
def test_days_are_said(text: str, words: str) -> None:
    found = days.of_numbers(text)
    assert found is not None
    assert (found.text, found.words) == (text, words)
