"""Pieces of pages that are rendered once for the same values: see `cached_tags.Kept`."""

from __future__ import annotations

from django.template import Library
from django.template.base import Parser, Token, token_kwargs
from django.template.exceptions import TemplateSyntaxError

from apps.web.cached_tags import Fresh, Kept

register = Library()


@register.tag("kept")
def kept(parser: Parser, token: Token) -> Kept:
    """`{% kept name=value ... %}` to `{% endkept %}`: what is between knows these values alone."""
    said = token.split_contents()[1:]
    values = token_kwargs(said, parser)
    if said:
        raise TemplateSyntaxError(f"`kept` takes name=value, not {said[0]}")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodelist, values)


@register.tag("fresh")
def fresh(parser: Parser, token: Token) -> Fresh:
    """`{% fresh %}` to `{% endfresh %}` inside of `kept`: rendered for each page, with all that the page knows."""
    nodelist = parser.parse(("endfresh",))
    parser.delete_first_token()
    return Fresh(nodelist)
