"""Pages go out compressed; nothing else is touched."""

from __future__ import annotations

import gzip

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.web.compression import CompressedPages, PackedPage

AS_BROWSERS = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.django_db
def test_a_browser_gets_the_page_in_half_of_its_bytes_and_others_get_it_plain(alice_user: User) -> None:
    plain = Client().get("/login/")
    packed = Client().get("/login/", headers=AS_BROWSERS)
    assert plain.status_code == packed.status_code == 200
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert gzip.decompress(packed.content).startswith(b"<!doctype html>")
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.django_db
def test_the_length_of_a_page_varies_so_that_it_tells_nothing_of_what_is_on_it(alice_user: User) -> None:
    lengths = {len(Client().get("/login/", headers=AS_BROWSERS).content) for _ in range(12)}
    assert len(lengths) > 4


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(b"x" * 5_000, content_type="image/jpeg"),
        JsonResponse({"a": "x" * 5_000}),
        FileResponse(iter([b"x" * 5_000]), content_type="text/html"),
    ],
)
def test_pictures_data_and_what_flows_stay_as_they_are(answer: HttpResponseBase) -> None:
    asked = RequestFactory().get("/", headers=AS_BROWSERS)
    got = CompressedPages(lambda request: answer).process_response(asked, answer)
    assert "Content-Encoding" not in got


PIECES = "Grüße, <b>photo</b> " * 900


@pytest.mark.parametrize("text", ["", "\0", PIECES, f"\0{PIECES}", f"{PIECES}\0", f"{PIECES}\0{PIECES}\0\0{PIECES}"])
def test_a_packed_page_unpacks_to_the_page_with_its_word(text: str) -> None:
    page = PackedPage(text, mark="\0")
    for word in ("", "a token", "ü" * 30_000):
        packed = page.answer(RequestFactory().get("/", headers=AS_BROWSERS), word)
        plain = page.answer(RequestFactory().get("/"), word)
        assert gzip.decompress(packed.content).decode() == plain.content.decode() == text.replace("\0", word)
        assert (packed["Content-Encoding"], plain.get("Content-Encoding")) == ("gzip", None)
        assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"


def test_a_packed_page_is_small_and_of_another_length_each_time() -> None:
    page, asked = PackedPage(f"{PIECES}\0{PIECES}", mark="\0"), RequestFactory().get("/", headers=AS_BROWSERS)
    lengths = {len(page.answer(asked, "a token").content) for _ in range(12)}
    assert len(lengths) > 4
    assert max(lengths) < len(PIECES) / 20


def test_what_is_packed_already_is_not_packed_again() -> None:
    asked = RequestFactory().get("/", headers=AS_BROWSERS)
    answer = PackedPage(PIECES, mark="\0").answer(asked, "")
    before = answer.content
    got = CompressedPages(lambda request: answer).process_response(asked, answer)
    assert got is answer
    assert answer.content == before
