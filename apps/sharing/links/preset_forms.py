"""Forms of presets. What they hold is kept as it is in `Preset.values`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.albums.models import Ordering
from apps.sharing.links.forms import RightsForm
from apps.sharing.links.presets import LINK_TERMS
from apps.sharing.models import Preset
from apps.web.typed import distinct_titles

SECTIONS_MOST, TITLE_LONGEST, DAYS_MOST = 30, 120, 3650


class PresetForm(forms.Form):
    """What every preset has."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}))
    is_default = forms.BooleanField(required=False, label="Use as default")

    def values(self) -> dict[str, Any]:
        """What the preset is to keep."""
        raise NotImplementedError


class LinkPresetForm(PresetForm, RightsForm):
    """A preset of links."""

    open_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=DAYS_MOST,
        label="Open for",
        help_text="Days from the day the link is created.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "No end"}),
    )

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*LINK_TERMS, "open_days")}


class AlbumPresetForm(PresetForm):
    """A preset of galleries. links: the studio's presets of links."""

    ordering = forms.ChoiceField(choices=Ordering.choices, initial=Ordering.TIME, label="Order of the photos")
    sections = forms.CharField(
        required=False,
        label="Sections",
        help_text="One title per line, such as “Getting ready” and “Ceremony”.",
        max_length=SECTIONS_MOST * (TITLE_LONGEST + 2),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    link = forms.ChoiceField(required=False, label="First link", help_text="Created together with the gallery.")

    def __init__(self, *args: Any, links: Sequence[Preset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(preset.pk), preset.name) for preset in links]
        self.fields["link"].choices = [("", "None"), *known]  # type: ignore[attr-defined]

    def clean_sections(self) -> list[str]:
        """Titles in order, each once."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["sections"].splitlines())
        titles = distinct_titles(lines)
        if len(titles) > SECTIONS_MOST:
            raise forms.ValidationError(f"Use at most {SECTIONS_MOST} sections.")
        if any(len(title) > TITLE_LONGEST for title in titles):
            raise forms.ValidationError(f"A title has at most {TITLE_LONGEST} characters.")
        return titles

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("ordering", "sections", "link")}
