"""Errors of the API have one shape, the right status, and a sentence."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as FormError
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import exceptions
from rest_framework.request import Request

from apps.accounts.models import QuotaExceeded, User
from apps.media.cas import TooLarge
from apps.media.formats import NotAnImage
from apps.web.api import NOTHING_HERE, answer_error
from apps.web.rate_limit import RateLimited
from tests.accounts.callers import Caller, bearer

TABLE: list[tuple[Exception, int, str]] = [
    (exceptions.ParseError("Not JSON."), 400, "parse_error"),
    (exceptions.ValidationError({"title": ["Too long."]}), 400, "invalid"),
    (FormError({"title": ["Too long."]}), 400, "invalid"),
    (FormError("Not so."), 400, "invalid"),
    (exceptions.NotAuthenticated(), 401, "not_authenticated"),
    (exceptions.AuthenticationFailed(), 401, "authentication_failed"),
    (exceptions.PermissionDenied(), 403, "permission_denied"),
    (PermissionDenied("This needs the role owner."), 403, "permission_denied"),
    (exceptions.NotFound("No Album matches."), 404, "not_found"),
    (Http404("No Album matches the given query."), 404, "not_found"),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
    (exceptions.NotAcceptable(), 406, "not_acceptable"),
    (RequestDataTooBig(), 413, "too_large"),
    (TooManyFieldsSent(), 413, "too_large"),
    (TooManyFilesSent(), 413, "too_large"),
    (SuspiciousOperation("Not by us."), 400, "bad_request"),
    (TooLarge(), 413, "too_large"),
    (NotAnImage("This is a text."), 415, "not_an_image"),
    (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
    (RateLimited(90), 429, "too_many_tries"),
    (exceptions.Throttled(30), 429, "throttled"),
    (QuotaExceeded("Your plan has 0.4 GB left."), 507, "quota_exceeded"),
    (OSError(errno.ENOSPC, "No space left on device", "/var/secret/path"), 507, "storage_full"),
]


def answered(error: Exception) -> Any:
    return answer_error(error, {"request": Request(RequestFactory().get("/api/x"))})


@pytest.mark.parametrize(("error", "status", "code"), TABLE, ids=lambda value: getattr(value, "__name__", None))
def test_each_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    answer = answered(error)
    assert (answer.status_code, answer.data["error"]["code"]) == (status, code)
    assert set(answer.data["error"]) == {"code", "message", "fields"}
    assert answer.data["error"]["message"].endswith(".")


def test_nothing_there_and_not_yours_are_one_answer() -> None:
    assert answered(Http404("No Album matches the given query.")).data == answered(exceptions.NotFound("x")).data
    assert answered(Http404()).data["error"]["message"] == NOTHING_HERE


def test_too_many_tries_say_when_to_come_back() -> None:
    assert answered(RateLimited(90))["Retry-After"] == "90"


def test_the_sentence_of_a_deed_is_passed_on() -> None:
    assert (
        answered(QuotaExceeded("Your plan has 0.4 GB left.")).data["error"]["message"] == "Your plan has 0.4 GB left."
    )


def test_a_full_disk_tells_no_path() -> None:
    assert "secret" not in str(answered(OSError(errno.ENOSPC, "No space left", "/var/secret/path")).data)


def test_errors_of_fields_stand_with_their_fields() -> None:
    error = exceptions.ValidationError({"items": [{}, {"title": ["Too long."]}], "non_field_errors": ["Not so."]})
    assert answered(error).data["error"] == {
        "code": "invalid",
        "message": "Not so.",
        "fields": {"items.1.title": ["Too long."]},
    }


def test_without_a_general_sentence_the_first_field_gives_one() -> None:
    error = exceptions.ValidationError({"title": ["This field is required."]})
    assert answered(error).data["error"]["message"] == "title: This field is required."


def test_an_unexpected_error_is_500_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answer = answered(RuntimeError("the password is hunter2"))
    assert answer.status_code == 500
    assert "hunter2" not in str(answer.data)
    assert "hunter2" in caplog.text


# -- over the wire -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/", "/api/nowhere", "/api/albums/x/y/z", "/api/api-keys/not-a-uuid", "/api/%00"])
def test_an_unknown_address_is_a_404_of_the_api(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.django_db
def test_a_method_that_is_not_there_is_405(alice_user: User) -> None:
    answer = bearer(alice_user, "north").put("/api/me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["{", "", "[1,2", "\x00", '{"a":', "9" * 5000, "[" * 100_000, '{"a":' * 50_000])
def test_junk_is_400(alice_user: User, body: str) -> None:
    answer = bearer(alice_user, "north").post("/api/api-keys", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.django_db
def test_another_type_of_content_is_415(alice_user: User) -> None:
    answer = bearer(alice_user, "north").post("/api/api-keys", "x", content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.django_db
def test_ten_megabytes_of_json_are_refused(alice_user: User) -> None:
    body = b'{"name": "' + b"x" * 10_000_000 + b'"}'
    answer = bearer(alice_user, "north").post("/api/api-keys", body, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["2.0", "x"])
def test_a_version_that_is_not_there_is_406(version: str) -> None:
    assert Caller(HTTP_ACCEPT=f"application/json; version={version}").get("/api/me").status_code == 406


def test_an_address_that_no_pattern_can_read_is_answered_in_json(db: None) -> None:
    """A line break in the path: not even the API's last pattern takes it."""
    answer = Client().get("/api/albums/slug/%0D%0A")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
