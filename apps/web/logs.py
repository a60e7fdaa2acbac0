"""Lines of the log: no token of a share link, no key, no password, no email address; one line for each message."""

import logging
import re
import time

_SECRETS = (
    (re.compile(r"(/g/|/api/galleries/)[A-Za-z0-9_.-]{8,}"), r"\1[token]"),
    (re.compile(r"(/(?:reset|invitation|sign-up)/)[A-Za-z0-9_.:-]{8,}"), r"\1[token]"),
    (re.compile(r"\b(gk_)[A-Za-z0-9_-]{8,}"), r"\1[key]"),
    (re.compile(r"(?i)((?:bearer|gallery)\s+)[A-Za-z0-9._=-]{16,}"), r"\1[token]"),
    # A mail server's refusal names the person.
    (re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "[address]"),
)

_plain = logging.Formatter()


def redact(text: str) -> str:
    """The text without the secrets that addresses and headers carry."""
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


# Whoever can put a line break into an address or a name must not be able to write a line of the log.
_CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160), 0x2028, 0x2029)}


class LogLine(logging.Formatter):
    """ "2026-11-29T12:00:00.123Z WARNING django.request message"; the time is UTC."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")


class Redact(logging.Filter):
    """Removes secrets from every record before it is written, and keeps its message on one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage()).translate(_CONTROLS)
        record.args = ()
        if record.exc_info:
            # The formatter takes this text in place of the exception's own.
            record.exc_text = redact(_plain.formatException(record.exc_info))
        return True
