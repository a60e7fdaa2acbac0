"""Time zones as people type them and browsers tell them."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


@cache
def zones() -> tuple[str, ...]:
    """All zones by name, in order: those with a place first, since the others ("Etc/GMT+3", "CET") name no place."""
    return tuple(sorted(available_timezones(), key=lambda name: (not _is_place(name), name)))


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith("Etc/")


@cache
def _by_words() -> dict[str, str]:
    """Names by what is typed for them: all of it, or the last part where no other zone has it ("berlin")."""
    found: dict[str, str] = {}
    for name in zones():
        found.setdefault(_folded(name.rpartition("/")[2]), name)
    return found | {_folded(name): name for name in zones()}


def _folded(text: str) -> str:
    return "_".join(text.replace("_", " ").split()).casefold()


class ZoneInput(forms.TextInput):
    """A text field that offers zones while one types. zone.js puts the browser's zone where it stands at `data-guess`.

    guesses: true where nobody has chosen yet.
    """

    def __init__(self, *, guesses: bool) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        super().__init__({**attrs, **({"data-zone-guess": ""} if guesses else {"data-zone": ""})})

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        # The words of the list are fixed, so one of them serves every field of a page.
        field = super().render(name, value, {**(attrs or {}), "list": "time-zones"}, renderer)
        return mark_safe(field + _datalist())

    def format_value(self, value: Any) -> str | None:
        """Without the underscores of the names."""
        return None if value is None else str(value).replace("_", " ")


@cache
def _datalist() -> SafeString:
    options = format_html_join("", '<option value="{}"></option>', ((name.replace("_", " "),) for name in zones()))
    return format_html('<datalist id="time-zones">{}</datalist>', options)


class ZoneField(forms.CharField):
    """The name of a zone. Without `required` nothing typed is UTC."""

    def __init__(self, *, required: bool, help_text: str) -> None:
        super().__init__(
            label="Time zone", max_length=64, required=required, empty_value="" if required else "UTC",
            initial=None if required else "UTC", widget=ZoneInput(guesses=not required), help_text=help_text,
        )  # fmt: skip

    def clean(self, value: Any) -> str:
        """Raises ValidationError for what names no zone."""
        text: str = super().clean(value)
        known = _by_words().get(_folded(text))
        if known is None:
            raise ValidationError("Choose a time zone from the list, like Europe/Berlin.")
        return known
