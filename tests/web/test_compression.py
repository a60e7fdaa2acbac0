"""Pages go out compressed; nothing else is touched."""

from __future__ import annotations

import gzip

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.web.compression import CompressedPages

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
