"""How many lists of clients wait for the studio, for the sidebar."""

from __future__ import annotations

from django import template

from apps.accounts.models import Studio
from apps.sharing.review import answers

register = template.Library()

MOST = 99


@register.simple_tag
def lists_waiting(studio: Studio) -> str:
    """Lists that were sent and not taken in hand: "", "3", or "99+". One query; needs the studio's transaction."""
    count = len(answers.waiting(studio).order_by().values_list("pk")[: MOST + 1])
    return f"{MOST}+" if count > MOST else str(count or "")
