"""The words of emails: what is put into a template, what is left out, and that nothing typed runs."""

from __future__ import annotations

import pytest

from apps.accounts import smtp
from apps.accounts.emails import Words
from apps.accounts.models import Studio
from apps.sharing.emails import templates
from apps.sharing.models import EmailKind
from apps.web.ids import uuid7

FOUND = {
    "client": "Anna", "gallery": "The day", "link": "https://x.example/g/t/", "password_hint": "", "expires": "",
    "studio": "North", "note": "", "count": "3",
}  # fmt: skip


def composed(body: str, subject: str = "Hello", **found: str) -> Words:
    return templates.compose(Studio(name="North"), templates.Template(subject, body), {**FOUND, **found}, "en")


def test_a_line_without_its_value_is_left_out() -> None:
    words = composed("Hello {client},\n\n{password_hint}\nOpen until {expires}.\n\n{link}")
    assert words.text == "Hello Anna,\n\nhttps://x.example/g/t/\n"


def test_a_client_without_a_name_is_greeted_without_one() -> None:
    assert composed("Hello {client},\n\n{link}", client="").text.startswith("Hello,\n")


def test_values_are_put_in_once() -> None:
    words = composed("{note}", note="{link} {nonsense}")
    assert words.text == "{link} {nonsense}\n"


def test_what_a_person_typed_is_text_in_the_html() -> None:
    words = composed("{note}", note='<b onclick="x()">&')
    assert "&lt;b onclick=&quot;x()&quot;&gt;&amp;" in words.html


def test_the_link_alone_is_a_button_and_elsewhere_a_link() -> None:
    alone, within = composed("{link}").html, composed("Here: {link}").html
    assert "View gallery" in alone
    assert "View gallery" not in within
    assert 'Here: <a href="https://x.example/g/t/">' in within


def test_a_subject_is_one_line_whatever_was_typed() -> None:
    words = composed("x", subject="{gallery}\nfor {client}", gallery="A\r\nBcc: evil@example.com")
    assert words.subject == "A Bcc: evil@example.com for Anna"
    message = smtp.message(uuid7(), "anna@example.com", words, sender="North\r\nBcc: evil@example.com")
    assert "\nBcc" not in message.message().as_string()


@pytest.mark.parametrize("text", ["{password}", "{Client}", "Hello { nobody }", "{}", "{client} {token}"])
def test_an_unknown_name_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(templates.BadTemplate, match=r"\{client\}"):
        templates.check(text)


@pytest.mark.parametrize("kind", EmailKind)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_first_words_hold_together(kind: EmailKind, language: str) -> None:
    template = templates.default(kind, language)
    templates.check(template.subject)
    templates.check(template.body)
    assert "{link}" in template.body
