"""Django's tags of static files; constant paths are cached."""

from __future__ import annotations

from django.template import Library, Node
from django.template.base import Parser, Token
from django.templatetags import static as of_django
from django.templatetags.static import StaticNode

from apps.web.cached_tags import Remembered, is_fixed

register = Library()
register.tags |= of_django.register.tags


@register.tag("static")
def static(parser: Parser, token: Token) -> Node:
    """As Django's tag."""
    node: StaticNode = of_django.do_static(parser, token)
    return Remembered(node) if node.varname is None and is_fixed(node.path) else node
