"""Controls of forms are written as Django's own templates write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Widget
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from apps.web.form_controls import Controls

ODD = ("", "a\"<b>&'c", "Zürich – “x”", 7, 1_234, 0.5, True, False, None, mark_safe("<b>&amp;"), ("a", "b"))
ATTRS: dict[str, Any] = {
    "id": "x",
    "required": True,
    "disabled": False,
    "data-said": 'q"<',
    "maxlength": 1_000,
    "x": None,
}
CHOICES: Any = [
    ("", "None <b>"), (1, gettext_lazy("Light")), ("a&b", mark_safe("<i>x</i>")),
    ("Group <1>", [("g", "In & it"), ("h", "Too")]),
]  # fmt: skip
PLAIN: tuple[type[Widget], ...] = (
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput,
    forms.DateInput, forms.TimeInput, forms.CheckboxInput, forms.FileInput, forms.ColorInput, forms.SearchInput,
)  # fmt: skip
CHOOSING: tuple[type[Any], ...] = (
    forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple,
)  # fmt: skip


def both(widget: Any, value: Any, attrs: dict[str, Any]) -> tuple[str, str]:
    return tuple(str(widget.render("name<", value, attrs, renderer)) for renderer in (Controls(), DjangoTemplates()))  # type: ignore[return-value]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("kind", PLAIN)
def test_an_input_is_as_django_writes_it(kind: type[Widget], value: object) -> None:
    for attrs in ({}, ATTRS):
        ours, djangos = both(kind(), value, attrs)
        assert ours == djangos


@pytest.mark.parametrize("value", ["", "a&b", 1, ["g", "1"], None])
@pytest.mark.parametrize("kind", CHOOSING)
def test_a_choice_is_as_django_writes_it(kind: type[Any], value: object) -> None:
    widget = kind(attrs={"class": "wide"}, choices=CHOICES)
    for attrs in ({}, ATTRS):
        ours, djangos = both(widget, value, attrs)
        assert ours == djangos
    if kind in (forms.RadioSelect, forms.CheckboxSelectMultiple):
        for one in widget.subwidgets("name", value, ATTRS):
            options = {**one, "wrap_label": False}
            assert Controls().render(one["template_name"], {"widget": options}) == DjangoTemplates().render(
                one["template_name"], {"widget": options}
            )


@pytest.mark.parametrize("label", [1_000, date(2024, 5, 4), None])
def test_what_is_no_text_is_djangos_to_write(label: object) -> None:
    choices: Any = [(1, label)]
    ours, djangos = both(forms.Select(choices=choices), 1, {})
    assert ours == djangos


def test_it_is_the_renderer_of_all_forms() -> None:
    assert isinstance(forms.Form().renderer, Controls)
