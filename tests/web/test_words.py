"""Pages, emails, answers and messages speak as the product's users do: no translated turn of phrase comes back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import ROOT

# What was once read on a page, and patterns of the same kind; beside each what to say.
FORBIDDEN = {
    r"\be-mail": "email",
    r"\bmails?\b(?! server)": "email",
    r"\balbums?\b": "gallery",
    r"\bfor ever\b": "forever",
    r"\b(some|every|no)body\b": "someone, everyone, no one",
    r"\bwords of\b": "template",
    r"\bthe words\b": "template, text",
    r"\b(taken|take|took) back\b": "deleted, turned off",
    r"\b(run|ran|runs) out\b": "expired",
    r"\bcut (off|short)\b": "damaged or incomplete",
    r"\bparted by\b": "separated by",
    r"\bof its own\b|\bof (their|your|one's) own\b": "own, different",
    r"\bon the clock of\b": "time zone",
    r"\bas the (studio|visitor)\b": "Studio default, Match the visitor's device",
    r"\b(rows|columns) of one\b": "Justified rows, Masonry",
    r"\bstands? (here|in|never)\b|\bnever stands?\b": "appears",
    r"\bcame by\b|\bcome by\b": "signed in through",
    r"\bsaid who they are\b|\bsay who you are\b": "signed in",
    r"\bmake the (link|key)\b|\bis made\b": "create, created",
    r"\bnothing prepared\b|\bprepared for\b": "No preset",
    r"\blies? (over|outside)\b": "shown on",
    r"\bput live\b": "Publish",
    r"\b1 stars\b|\b1 photos\b|\b1 galleries\b": "1 star",
    r"\bwho is looking\b": "Save your favourites",
    r"\bby another way\b": "another way",
    r"\bonce more\b|\bafresh\b|\banew\b": "again",
    r"\bare at work\b|\bat work already\b": "running",
    r"\bmeanwhile\b": "in the meantime",
    r"\bany more\b(?! \w)": "no longer",
    r"\bsend it again\b": "upload it again",
    r"\bplease go on\b": "please try again",
    r"[\d}] %": "80%, without a space",
    r"\b(is|are) (saved|changed|removed|erased|deleted)\.$": "Saved, Deleted: the state in a word",
}
PATTERNS = {re.compile(pattern, re.I): better for pattern, better in FORBIDDEN.items()}
ANY = re.compile("|".join(FORBIDDEN), re.I)
# A printed album; what is said of sending and saving in full sentences; an operation of migrations.
EXCEPTED = re.compile(r"(?i)for the album|user nobody|before you send it again|Nothing you do here|raise the version")
TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<[^>]*>", re.S)
ATTRIBUTE = re.compile(r"\s(?:alt|title|aria-label|placeholder|data-[a-z-]+)=\"([^\"]*\s[^\"]*)\"")
QUOTED = re.compile(r"\{%\s*translate\s+(?:\"([^\"]*)\"|'([^']*)')|\b_\(\"([^\"]*)\"\)")
# Calls whose text is for those who run or develop the product.
UNREAD = {"debug", "info", "warning", "error", "exception", "critical", "execute", "RunSQL", "getLogger", "compile",
          "RuntimeError", "TypeError", "AssertionError", "Unfit", "note"}  # fmt: skip
SENTENCE = re.compile(r"^[A-Z“{].*\s[a-z]|[a-z] [a-z]+ [a-z]+.*[.?]$", re.S)


def of_templates() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(ROOT, "templates").rglob("*.*")):
        text = path.read_text("utf-8")
        name = path.relative_to(ROOT).as_posix()
        texts = TAG.sub("\n", re.sub(r"</?(?:b|a|span|br|em|kbd)\b[^>]*>", " ", text)).split("\n")
        texts += [TAG.sub("", found) for found in ATTRIBUTE.findall(text)]
        texts += [one for found in QUOTED.findall(text) for one in found if one]
        yield from ((name, " ".join(one.split())) for one in texts if one.strip())


def of_python() -> Iterator[tuple[str, str]]:
    for path in sorted([*Path(ROOT, "apps").rglob("*.py"), *Path(ROOT, "config").rglob("*.py")]):
        if "migrations" in path.parts:
            continue
        name, tree = path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))
        yield from ((name, text) for text in _strings(tree) if SENTENCE.search(text))


def _strings(tree: ast.AST) -> Iterator[str]:
    """The texts of a module, those with values in braces; neither docstrings nor what only developers read."""
    unread = {id(one) for node in ast.walk(tree) for one in _unread(node)}
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _unread(node: ast.AST) -> list[ast.AST]:
    """What within this node is no text for people, or is told with the whole."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return list(node.values)
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return list(ast.walk(node)) if called in UNREAD else []
    return []


def of_scripts() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(ROOT, "static", "js").rglob("*.js")):
        code = re.sub(r"^\s*(//|/?\*).*$|console\.\w+\(.*$|new Error\(.*$", "", path.read_text("utf-8"), flags=re.M)
        for found in re.finditer(r"\"([^\"\n]*)\"|`([^`]*)`", code):
            text = re.sub(r"\$\{[^}]*\}", "{}", found[1] or found[2] or "")
            if SENTENCE.search(text):
                yield path.relative_to(ROOT).as_posix(), text


@pytest.mark.parametrize("source", [of_templates, of_python, of_scripts])
def test_nothing_that_people_read_sounds_translated(source: object) -> None:
    texts = list(source())  # type: ignore[operator]
    assert len(texts) > 20
    told = {
        f"{name}: {text!r} ({better})"
        for name, text in texts
        if ANY.search(text) and not EXCEPTED.search(text)
        for pattern, better in PATTERNS.items()
        if pattern.search(text)
    }
    assert sorted(told) == []
