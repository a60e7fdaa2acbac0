"""No token, key or password reaches the log (G18)."""

import io
import logging
import re

import pytest
from django.test import Client

from apps.web.logs import LogLine, Redact, redact


@pytest.mark.parametrize(
    "text",
    [
        "GET /g/Zm9vYmFyYmF6cXV4c2VjcmV0/photos/1/ 200",
        "GET /api/galleries/Zm9vYmFyYmF6cXV4c2VjcmV0/photos 200",
        "Authorization: Gallery Zm9vYmFyYmF6cXV4c2VjcmV0",
        "GET /reset/Zm9vYmFyYmF6cXV4c2VjcmV0/",
        "GET /invitation/Zm9vYmFyYmF6cXV4c2VjcmV0/",
        "key gk_Zm9vYmFyYmF6cXV4c2VjcmV0",
        "Authorization: Bearer Zm9vYmFyYmF6cXV4c2VjcmV0",
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    assert "Zm9vYmFyYmF6" not in redact(text)


def test_a_record_with_arguments_is_redacted_too() -> None:
    record = logging.LogRecord("a", 20, "f", 1, "opened %s", ("/g/Zm9vYmFyYmF6cXV4/",), None)
    Redact().filter(record)
    assert record.getMessage() == "opened /g/[token]/"


def test_an_exception_is_redacted_too() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redact())
    log = logging.getLogger("tests.redacted")
    log.addHandler(handler)
    try:
        raise ValueError("550 no such box: anna.zqx@mail.example.com at /g/Zm9vYmFyYmF6cXV4/")
    except ValueError:
        log.exception("not sent to %s", "anna.zqx@mail.example.com")
    finally:
        log.removeHandler(handler)
    assert "Traceback" in written.getvalue()
    assert "anna" not in written.getvalue()
    assert "Zm9vYmFy" not in written.getvalue()


def written(message: str, *args: object) -> str:
    """What the handler of the settings writes of a message."""
    record = logging.LogRecord("apps.x", logging.WARNING, "f", 1, message, args, None)
    record.created, record.msecs = 1_800_000_000.25, 250.0
    Redact().filter(record)
    return LogLine().format(record)


def test_a_line_says_when_in_utc_how_bad_where_and_what() -> None:
    assert written("gone: %s", "x") == "2027-01-15T08:00:00.250Z WARNING apps.x gone: x"


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2J", "\x85", "\u2028"])
def test_nobody_writes_a_second_line_into_the_log(sign: str) -> None:
    line = written("Not Found: %s", f"/a{sign}2027-01-15T08:00:00.250Z INFO apps.x all is well")
    assert re.fullmatch(r"[\x20-\x7e]+", line)


@pytest.mark.django_db
def test_a_refused_address_is_logged(charlie: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert charlie.get("/studio/north/albums/").status_code == 404
    assert "Not Found: /studio/north/albums/" in [one.getMessage() for one in caplog.records]
