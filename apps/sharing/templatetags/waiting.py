"""How many lists and comments of clients wait for the studio, for the sidebar."""

from __future__ import annotations

from django import template

from apps.accounts.access import Entered
from apps.sharing.review import answers

register = template.Library()

MOST = 99


@register.simple_tag
def lists_waiting(member: Entered) -> str:
    """Lists that were sent and not taken in hand, or whose visitors ask for more: "", "3", or "99+".

    Of galleries of the member. One query; needs the studio's transaction.
    """
    every = answers.waiting(member) | answers.asking(member)
    return _words(len(every.order_by().values_list("pk")[: MOST + 1]))


@register.simple_tag
def comments_waiting(member: Entered) -> str:
    """Comments of guests that nobody has read, in galleries of the member. One query."""
    return _words(len(answers.unread_comments(member).order_by().values_list("pk")[: MOST + 1]))


def _words(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count or "")
