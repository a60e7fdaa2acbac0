"""Redaction of log records: no token of a share link, no key, no password, no email address."""

import logging
import re

_SECRETS = (
    (re.compile(r"(/g/)[A-Za-z0-9_.-]{8,}"), r"\1[token]"),
    (re.compile(r"(/(?:reset|invitation|sign-up)/)[A-Za-z0-9_.:-]{8,}"), r"\1[token]"),
    (re.compile(r"\b(gk_)[A-Za-z0-9_-]{8,}"), r"\1[key]"),
    (re.compile(r"(?i)(bearer\s+)[A-Za-z0-9._-]{16,}"), r"\1[token]"),
    # A mail server's refusal names the person.
    (re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "[address]"),
)

_plain = logging.Formatter()


def redact(text: str) -> str:
    """The text without the secrets that addresses and headers carry."""
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


class Redact(logging.Filter):
    """Removes secrets from every record before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info:
            # The formatter takes this text in place of the exception's own.
            record.exc_text = redact(_plain.formatException(record.exc_info))
        return True
