"""Exceptions that carry their own answer, so that a page, the API and a command say the same sentence."""

from __future__ import annotations

from typing import ClassVar


class Unsuitable(ValueError):
    """What was asked for cannot be. field: which entry of a form is wrong.  The message says why, to a person."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class Refusal(Exception):
    """A deed was refused for a reason that the caller may know.

    status: HTTP status of the answer.  code: a word for programs.  The message is a sentence for people.
    wait: seconds after which to try again, or None.  fields: sentences about parts of what was asked.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    sentence: ClassVar[str] = "This is not possible."
    wait: int | None = None

    def __init__(self, sentence: str = "", *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(sentence or self.sentence)
        self.fields = fields or {}
