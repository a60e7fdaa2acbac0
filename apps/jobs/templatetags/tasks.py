"""The chip of one's own tasks, for the studio's layout."""

from __future__ import annotations

from typing import Any

from django import template

from apps.jobs import task_list

register = template.Library()


@register.inclusion_tag("jobs/_task_chip.html", takes_context=True)
def task_chip(context: dict[str, Any]) -> dict[str, Any]:
    """What the member at the screen has at work. One query; needs the studio's transaction."""
    studio, user = context["studio"], context["user"]
    kept = {name: context.get(name) for name in ("studio", "may_edit", "csrf_token")}
    return {"tasks": task_list.unseen(studio, user) if context.get("may_edit") else [], **kept}
