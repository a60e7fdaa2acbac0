"""Whatever guests read is in the German catalogue: pages, emails, scripts, and the sentences of refusals."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation.template import templatize

from tests.installation import ROOT

TEMPLATES = Path(ROOT, "templates")
CATALOGUE = Path(ROOT, "apps", "sharing", "locale", "de", "LC_MESSAGES", "django.mo")
MARKERS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext", "npgettext", "_"}
# Words of the browser itself.
BROWSER = {"AbortError", "Accept", "Date", "End", "Enter", "Esc", "Escape", "Files", "Home", "Location", "Tab"}
# Guests' templates that only members of a studio read: the frame of a preview, and what it refuses.
MEMBERS = {"sharing/guests/_view_as.html", "sharing/guests/view_as_refused.html"}
EXTENDED = re.compile(r"\{%\s*(?:extends|include)\s+\"([^\"]+)\"")
COMMENT = re.compile(
    r"\{#.*?#\}|\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}|<!--.*?-->|<(script|style|svg)\b.*?</\1>", re.S
)
TRANSLATED = re.compile(r"\{%\s*blocktranslate\b.*?\{%\s*endblocktranslate\s*%\}", re.S)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
READ_ATTRIBUTE = re.compile(r"\s(?:alt|title|aria-label|placeholder|label|data-[a-z-]+)=\"([^\"]*)\"")
SENTENCE = re.compile(r"[A-Z][a-z]+ [a-z]+|[a-z]+ [a-z]+ [a-z]+")
LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")


@cache
def catalogue() -> dict[Any, str]:
    with CATALOGUE.open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def marked(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(context, text) of each text that the code marks for translation, both forms of a plural."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if name not in MARKERS:
            continue
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        context = texts.pop(0) if name in {"pgettext", "npgettext"} and texts else ""
        yield from ((context, text) for text in texts)


def of_template(path: Path) -> Iterator[tuple[str, str]]:
    """What `makemessages` finds in a template: Django turns it into calls, and the rest into noise."""
    source = templatize(path.read_text("utf-8"))
    for call in re.finditer(
        r"\b(?:gettext|pgettext|ngettext|npgettext)\((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|[^()])*\)", source
    ):
        yield from marked(ast.parse(call[0].strip()))
    yield from (("", text) for text in re.findall(r"\b_\(\"([^\"]*)\"\)", source))


def of_python() -> Iterator[tuple[str, str]]:
    for path in Path(ROOT, "apps").rglob("*.py"):
        if "migrations" not in path.parts and "translation" in (text := path.read_text("utf-8")):
            yield from marked(ast.parse(text))


def guests_templates() -> set[str]:
    """What is rendered for guests: whatever extends their layout, with all it includes; their emails and sheets."""
    sources = {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in TEMPLATES.rglob("*.*")}
    found = {name for name, text in sources.items() if '"layouts/guest.html"' in text}
    found |= {"sharing/emails/html_part.html", "sharing/guests/email_code.txt", "sharing/guests/_identify.html"}
    waiting = list(found)
    while waiting:
        for other in set(EXTENDED.findall(sources[waiting.pop()])) - found:
            found.add(other)
            waiting.append(other)
    return found - MEMBERS


def test_the_catalogue_has_every_text_that_is_marked() -> None:
    texts = {one for path in TEMPLATES.rglob("*.*") for one in of_template(path)} | set(of_python())
    assert len(texts) > 200
    forms = {key[0] if isinstance(key, tuple) else key for key in catalogue()}
    plurals = set(re.findall(r'^msgid_plural "(.*)"$', CATALOGUE.with_suffix(".po").read_text("utf-8"), re.M))
    keys = {f"{context}\x04{text}" if context else text for context, text in texts}
    assert sorted(key for key in keys if key not in forms and key.replace('"', '\\"') not in plurals) == []


def test_german_is_not_english() -> None:
    told = {key: text for key, text in catalogue().items() if isinstance(key, str) and re.search("[a-z]{3}", key)}
    assert {key for key, text in told.items() if key == text and " " in key} == {"Video, {length}"}
    assert {key for key, text in told.items() if not text} == set()


@pytest.mark.parametrize("name", sorted(guests_templates()))
def test_a_page_of_guests_holds_no_words_but_translated_ones(name: str) -> None:
    html = TRANSLATED.sub("", COMMENT.sub("", Path(TEMPLATES, name).read_text("utf-8")))
    attributes = [TAG.sub("", text) for text in READ_ATTRIBUTE.findall(html)]
    words = [text for text in attributes if SENTENCE.search(text)]
    words += re.findall(r"[^\W\d_]{2,}[^<>]*", re.sub(r"<[^>]*>", "\n", TAG.sub("", html)))
    assert [text for text in words if text.strip() != "Glassine"] == []


def guests_scripts() -> list[Path]:
    """The scripts of guests, with those that they import."""
    found = list(Path(ROOT, "static", "js", "guest").glob("*.js"))
    for path in found:
        imported = re.findall(r'from "([^"]+)";', path.read_text("utf-8"))
        found += [one for name in imported if (one := (path.parent / name).resolve()) not in found]
    return sorted(set(found))


def test_scripts_of_guests_take_their_words_from_the_page() -> None:
    told = []
    for path in guests_scripts():
        # What stands in the console or in an error is for those who develop.
        lines = [
            line
            for line in path.read_text("utf-8").splitlines()
            if not re.search(r"^\s*(//|/?\*)|console\.|new Error", line)
        ]
        for literal in LITERAL.finditer("\n".join(lines)):
            text = re.sub(r"\$\{[^}]*\}|<[^>]*>", " ", next(filter(None, literal.groups()), ""))
            is_word = bool(re.fullmatch(r"[A-Z][a-z]+", text)) and text not in BROWSER
            if (is_word or SENTENCE.search(text)) and not re.search(r"[=#\[(:;]", text):
                told.append((path.name, text))
    assert told == []
