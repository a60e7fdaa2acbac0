"""Whether the library's page offers a search by meaning."""

from __future__ import annotations

from django import template
from django.utils import timezone

from apps.accounts.access import Entered
from apps.library.questions import language
from apps.tagging.meaning import find

register = template.Library()


@register.simple_tag
def offers_meaning(entered: Entered, q: str) -> bool:
    """True if words were typed and the studio's server may be sent them. No query for a search without words."""
    return bool(q and find.words_of(language.read(q, today=timezone.localdate())) and find.is_offered(entered))
