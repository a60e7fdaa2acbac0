"""Template tags with a constant output, cached per language.

A page of the gallery holds eighty `translate` and `static` of fixed texts; looking them up took a quarter of the time
of its template. `apps.web.templatetags` puts tags made here in the place of Django's own.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template import Context, Node, Variable
from django.utils.translation import get_language


class Remembered(Node):
    """A template node whose output depends on language and autoescape alone; it is rendered once for each of them."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self._texts: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        key = get_language(), context.autoescape
        text = self._texts.get(key)
        if text is None:
            text = self.node.render(context)
            # While somebody works on texts and files, they change beneath a running process.
            if not settings.DEBUG:
                self._texts[key] = text
        return text


def is_fixed(expression: Any) -> bool:
    """True for a text in quotes without filters."""
    var = expression.var
    # `translate` has made a variable of its text by now.
    text = var.literal if isinstance(var, Variable) else var
    return isinstance(text, str) and not expression.filters
