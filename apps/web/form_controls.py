"""Django's form controls written by functions: as its own templates write them, of which an option includes four.

The keys of the API, a page with eight boxes, spent half of its time on them; a test compares both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_WIDGETS: Final = "django/forms/widgets/"
#: Templates that include `input.html` and nothing else.
INPUTS: Final = frozenset(
    f"{_WIDGETS}{name}.html"
    for name in (
        "input", "text", "number", "email", "url", "color", "search", "tel", "password", "hidden", "checkbox", "date",
        "datetime", "time", "file",
    )
)  # fmt: skip
#: The same with a label around, which those have that are not written one by one.
OPTIONS: Final = frozenset((f"{_WIDGETS}checkbox_option.html", f"{_WIDGETS}radio_option.html"))
_SELECT, _SELECT_OPTION = f"{_WIDGETS}select.html", f"{_WIDGETS}select_option.html"


class Controls(DjangoTemplates):
    """Django's renderer of forms; what is not written here its templates write."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        widget = context.get("widget", {})
        if template_name in INPUTS or (template_name in OPTIONS and not widget.get("wrap_label")):
            return mark_safe(_input(widget))
        if template_name == _SELECT and (written := _select(widget)):
            return mark_safe(written)
        return mark_safe(super().render(template_name, context, request=request))


def _said(value: Any) -> str:
    """As `stringformat:'s'` and then autoescape."""
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _attributes(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_said(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> str:
    value = widget["value"]
    told = "" if value is None else f' value="{_said(value)}"'
    name = f'name="{conditional_escape(widget["name"])}"'
    return f'<input type="{conditional_escape(widget["type"])}" {name}{told}{_attributes(widget)}>'


def _select(widget: Mapping[str, Any]) -> str:
    """A list to choose from; "" for one whose options are others than Django's, or whose labels are no texts."""
    groups = []
    for title, options, _ in widget["optgroups"]:
        if any(
            one["template_name"] != _SELECT_OPTION or not isinstance(one["label"], str | Promise) for one in options
        ):
            return ""
        written = "".join(
            f'\n  <option value="{_said(one["value"])}"{_attributes(one)}>{conditional_escape(one["label"])}</option>\n'
            for one in options
        )
        groups.append(
            f'\n  <optgroup label="{conditional_escape(title)}">{written}\n  </optgroup>' if title else written
        )
    name = conditional_escape(widget["name"])
    return f'<select name="{name}"{_attributes(widget)}>{"".join(groups)}\n</select>'
