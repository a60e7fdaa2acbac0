"""Django's tags of translation; constant texts are cached."""

from __future__ import annotations

from django.template import Library, Node
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.templatetags.i18n import TranslateNode

from apps.web.cached_tags import Remembered, is_fixed

register = Library()
register.tags |= i18n.register.tags
register.filters |= i18n.register.filters


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """As Django's tag."""
    node: TranslateNode = i18n.do_translate(parser, token)
    # With "as" or a context it does more than say a text.
    is_plain = node.asvar is None and node.message_context is None
    return Remembered(node) if is_plain and is_fixed(node.filter_expression) else node
