"""Forms of presets. What they hold is kept as it is in `Preset.values`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from apps.albums.design import CHOICES, LABELS, Design, choice_words, understood
from apps.albums.models import Ordering
from apps.sharing.branding import letters
from apps.sharing.emails import templates
from apps.sharing.emails.forms import BODY_LENGTH, SUBJECT_LENGTH
from apps.sharing.favourites import prepared_lists
from apps.sharing.links.forms import RightsForm
from apps.sharing.links.presets import LINK_TERMS
from apps.sharing.models import Preset
from apps.web.typed import distinct_titles

SECTIONS_MOST, TITLE_LONGEST, DAYS_MOST = 30, 120, 3650
LIST_LONGEST, LIST_PHOTOS_MOST = 80, 100_000
# "Album", "Album: 30", "Prints: 5-10".
_LIST = re.compile(r"(?P<title>.*?)(?::\s*(?:(?P<minimum>\d{1,6})\s*[-–]\s*)?(?P<maximum>\d{1,6}))?")


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
    lists = forms.CharField(
        required=False,
        label="Lists for clients",
        help_text="One per line, with the number of photos if there is one: “Canvas: 3” or “Prints: 5-10”.",
        max_length=prepared_lists.PER_ALBUM * (LIST_LONGEST + 20),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    watermark = forms.CharField(
        required=False,
        max_length=80,
        label="Watermark text",
        help_text="Shown on links with watermarking on. Leave it empty for the studio’s watermark.",
    )
    email_subject = forms.CharField(required=False, max_length=SUBJECT_LENGTH, label="Subject of the delivery email")
    email_body = forms.CharField(
        required=False,
        max_length=BODY_LENGTH,
        label="Text of the delivery email",
        help_text="Leave both empty for the studio’s template. You can use the same placeholders, such as {gallery}.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    link = forms.ChoiceField(required=False, label="First link", help_text="Created together with the gallery.")

    def __init__(self, *args: Any, links: Sequence[Preset], inherited: Design, **kwargs: Any) -> None:
        """inherited: the studio's look, which holds where the preset makes no choice."""
        super().__init__(*args, **kwargs)
        for name, choices in CHOICES.items():
            standard = f"Studio default ({choice_words(name, getattr(inherited, name))})"
            self.fields[f"look_{name}"] = forms.ChoiceField(
                label=LABELS[name], required=False, choices=[("", standard), *choices.items()]
            )
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

    def clean_lists(self) -> list[dict[str, Any]]:
        """Title, minimum and maximum of each list, in order."""
        lines = [line.strip() for line in self.cleaned_data["lists"].splitlines() if line.strip()]
        lists = [_read_list(line) for line in lines]
        if len(lists) > prepared_lists.PER_ALBUM:
            raise forms.ValidationError(f"Use at most {prepared_lists.PER_ALBUM} lists.")
        if len(distinct_titles(one["title"] for one in lists)) < len(lists):
            raise forms.ValidationError("Two lists have the same name.")
        return lists

    def clean_watermark(self) -> str:
        """What can be drawn, on one line."""
        text = " ".join(self.cleaned_data["watermark"].split())
        if not letters.can_write(text):
            raise forms.ValidationError("Some of these characters are not supported.")
        return text

    def clean_email_subject(self) -> str:
        return self._known_names("email_subject")

    def clean_email_body(self) -> str:
        return self._known_names("email_body")

    def _known_names(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        try:
            templates.check(text)
        except templates.BadTemplate as bad:
            raise forms.ValidationError(str(bad)) from bad
        return text

    def clean(self) -> dict[str, Any]:
        """An email has a subject and a text, or is the studio's."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, other in (("email_subject", "email_body"), ("email_body", "email_subject")):
            if data.get(name) and not data.get(other) and other not in self.errors:
                self.add_error(other, "Fill in both subject and text, or leave both empty.")
        return data

    def look_fields(self) -> list[forms.BoundField]:
        """The fields of the look, for the page."""
        return [self[f"look_{name}"] for name in CHOICES]

    def values(self) -> dict[str, Any]:
        kept = ("ordering", "sections", "lists", "watermark", "email_subject", "email_body", "link")
        look = understood({name: self.cleaned_data[f"look_{name}"] for name in CHOICES})
        return {"look": look, **{name: self.cleaned_data[name] for name in kept}}

    @staticmethod
    def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
        """What the form begins with for a preset's values."""
        look = {f"look_{name}": choice for name, choice in understood(values.get("look")).items()}
        lists = "\n".join(_written_list(one) for one in values.get("lists", ()))
        return {**values, **look, "sections": "\n".join(values.get("sections", ())), "lists": lists}


def _read_list(line: str) -> dict[str, Any]:
    match = _LIST.fullmatch(line)
    title = " ".join(match["title"].split()) if match else ""
    if match is None or not title or len(title) > LIST_LONGEST:
        raise forms.ValidationError(f"“{line[:40]}” cannot be read. Write it like “Canvas: 3” or “Prints: 5-10”.")
    maximum = int(match["maximum"]) if match["maximum"] else None
    minimum = int(match["minimum"] or 0)
    if maximum is not None and not max(minimum, 1) <= maximum <= LIST_PHOTOS_MOST:
        raise forms.ValidationError(f"The numbers of “{title}” do not fit: the first is the minimum.")
    return {"title": title, "minimum": minimum, "maximum": maximum}


def _written_list(one: Mapping[str, Any]) -> str:
    if one["maximum"] is None:
        return str(one["title"])
    least = f"{one['minimum']}-" if one["minimum"] else ""
    return f"{one['title']}: {least}{one['maximum']}"
