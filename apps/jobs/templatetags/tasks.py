"""The chip of one's own tasks, for the studio's layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from apps.accounts.models import Task

register = template.Library()


@register.inclusion_tag("jobs/_task_chip.html", takes_context=True)
def task_chip(context: dict[str, Any], tasks: Sequence[Task]) -> dict[str, Any]:
    """tasks: what the member at the screen has at work (see `task_list.unseen`)."""
    return {"tasks": tasks, **{name: context.get(name) for name in ("studio", "may_edit", "csrf_token")}}
