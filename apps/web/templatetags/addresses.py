"""Django's `url`, `include` and `extends`, in every template: addresses, icons and blocks are not looked for again."""

from __future__ import annotations

from typing import Final

from django.template import Library, Node
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_of_django
from django.template.loader_tags import ExtendsNode, IncludeNode, do_extends, do_include

from apps.web.cached_tags import Remembered, RememberedAddress, RememberedParent, is_fixed

register = Library()

#: Templates that depend on what they are given alone.
DRAWN: Final = frozenset({"_icon.html"})


@register.tag("url")
def url(parser: Parser, token: Token) -> Node:
    """As Django's tag."""
    node: URLNode = url_of_django(parser, token)
    return RememberedAddress(node.view_name, node.args, node.kwargs, node.asvar)


@register.tag("include")
def include(parser: Parser, token: Token) -> Node:
    """As Django's tag."""
    node: IncludeNode = do_include(parser, token)
    # The parser tells this to what it keeps, which is the node around it.
    node.origin, node.token = parser.origin, token  # type: ignore[assignment]
    is_drawn = node.isolated_context and is_fixed(node.template) and node.template.var in DRAWN
    return Remembered(node) if is_drawn and all(map(is_fixed, node.extra_context.values())) else node


@register.tag("extends")
def extends(parser: Parser, token: Token) -> Node:
    """As Django's tag."""
    node: ExtendsNode = do_extends(parser, token)
    return RememberedParent(node.nodelist, node.parent_name)
