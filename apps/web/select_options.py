"""The options of a list to choose from, as HTML. Joined here: countries, months and galleries are hundreds on a page,
and a template takes ten times as long for each."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


def options(pairs: Iterable[tuple[str, str]], chosen: str | None = None) -> SafeString:
    """An `<option>` for each value and its words; `chosen` is selected."""
    return mark_safe(
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
            for value, words in pairs
        )
    )
