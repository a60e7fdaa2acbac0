"""Which pages of the studio the member may open: the navigation asks the pages' own doors."""

from __future__ import annotations

from functools import cache

from django import template
from django.urls import resolve, reverse

from apps.accounts.access import Door, Entered, MemberStanding

register = template.Library()


@register.filter
def may_open(member: Entered | MemberStanding, name: str) -> bool:
    """May the member open the page with this name, one of the studio as a whole (`albums:trash`)?"""
    return member.passes(_door(name))


@cache
def _door(name: str) -> Door:
    door: Door = resolve(reverse(name, args=["any"])).func.door  # type: ignore[attr-defined]
    return door
