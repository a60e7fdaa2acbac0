"""How many lists of clients wait for the studio, for the sidebar."""

from __future__ import annotations

from django import template

from apps.accounts.access import Entered
from apps.sharing.review import answers

register = template.Library()

MOST = 99


@register.simple_tag
def lists_waiting(member: Entered) -> str:
    """Lists that were sent and not taken in hand, in galleries of the member: "", "3", or "99+".

    One query; needs the studio's transaction.
    """
    count = len(answers.waiting(member).order_by().values_list("pk")[: MOST + 1])
    return f"{MOST}+" if count > MOST else str(count or "")
