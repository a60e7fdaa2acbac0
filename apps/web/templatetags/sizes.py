"""Sizes of files as photographers read them."""

from __future__ import annotations

from django import template

register = template.Library()

UNITS = ("bytes", "KB", "MB", "GB", "TB")


@register.filter
def file_size(size: int) -> str:
    """Bytes in words, by thousands, as upload plans and disks are sold: 13870112 -> "14 MB", 9400000000 -> "9.4 GB"."""
    value, step = float(size), 0
    while value >= 999.5 and step < len(UNITS) - 1:
        value /= 1000
        step += 1
    decimals = 1 if value < 9.95 and step > 2 else 0
    text = f"{value:.{decimals}f}".removesuffix(".0")
    return f"{text}\N{NO-BREAK SPACE}{UNITS[step]}"
