"""docs/guarantees.md is true: every number leads to a line of it, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guarantees.md"
LINE = re.compile(r"^- \*\*G(\d+)\*\* (.*)$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# "(G15)", "G42, G46, G49." and "test_g15_...".
NUMBER = re.compile(r"\bG([1-9]\d?)\b(?![\w-])|\bdef test_g(\d+)_")
LACKING = ("Not yet", "In part: ")


def lines() -> dict[int, str]:
    """What the page says of each number."""
    return {int(number): text for number, text in LINE.findall(PAGE.read_text())}


def sources() -> Iterator[Path]:
    for folder in ("apps", "config", "tests"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if path != Path(__file__))


def numbers(source: str) -> set[int]:
    """The promises that comments, docstrings and names of tests speak of."""
    return {int(one or other) for one, other in NUMBER.findall(source)}


@cache
def functions_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text()) if (ROOT / path).is_file() else ast.Module([], [])
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def test_every_number_in_code_and_tests_leads_to_a_line() -> None:
    known = set(lines())
    astray = {str(path.relative_to(ROOT)): numbers(path.read_text()) - known for path in sources()}
    assert {path: found for path, found in astray.items() if found} == {}


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 100
    assert [f"{path}::{name}" for path, name in named if name not in functions_in(path)] == []


def test_what_holds_names_its_tests() -> None:
    bare = [number for number, text in lines().items() if not NAMED.search(text) and not text.startswith(LACKING)]
    assert bare == []


def test_no_number_has_two_lines() -> None:
    found = LINE.findall(PAGE.read_text())
    assert len(found) == len(lines())


@pytest.mark.parametrize(
    ("source", "found"),
    [("# Held (G15).", {15}), ("G42, G46.", {42, 46}), ("def test_g7_x() -> None: ...", {7}), ("G1-x AG5 G123", set())],
)
def test_numbers_are_found(source: str, found: set[int]) -> None:
    assert numbers(source) == found
