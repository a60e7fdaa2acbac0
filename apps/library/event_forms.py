"""Forms of the timeline."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from apps.library.questions.kinds import country_of

_CODE = re.compile(r"([A-Z]{2})(?:-(\w{1,20}))?")


class EventForm(forms.Form):
    """title, the first and the last day (or moment) on the clock of the wall, and whether it comes every year."""

    title = forms.CharField(max_length=120)
    starts = forms.CharField(max_length=40, widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.CharField(max_length=40, required=False, widget=forms.DateInput(attrs={"type": "date"}))
    client = forms.CharField(max_length=120, required=False)
    is_yearly = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("custom", "custom"), ("shoot", "shoot")], required=False)

    def clean_title(self) -> str:
        """Blanks around and within are one."""
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_starts(self) -> datetime:
        """A day begins at midnight."""
        return moment(self.cleaned_data["starts"])

    def clean(self) -> dict[str, Any]:
        """Without an end it ends on the day on which it begins."""
        values = super().clean() or {}
        if starts := values.get("starts"):
            text = values.get("ends") or starts.date().isoformat()
            try:
                values["ends"] = moment(text, is_end=True)
            except forms.ValidationError as bad:
                self.add_error("ends", bad)
        values["kind"] = values.get("kind") or "custom"
        return values


def moment(text: str, *, is_end: bool = False) -> datetime:
    """ "2024-05-04" or "2024-05-04T18:30" on the clock of the wall. is_end: a day means its last moment."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise forms.ValidationError("Enter a day as 2024-05-04.") from None
    if not 1826 <= found.year <= 2199:
        raise forms.ValidationError("Enter a day as 2024-05-04.")
    if "T" not in text and " " not in text.strip() and is_end:
        found = datetime.combine(found.date(), time.min) + timedelta(days=1, microseconds=-1)
    return found.replace(tzinfo=UTC)


def calendars_of(text: str) -> list[tuple[str, str]]:
    """ "Austria, DE-BY" -> [("AT", ""), ("DE", "BY")]. What is no country stays as it is, for the deed to refuse."""
    found = []
    for part in filter(None, (one.strip() for one in text.replace("\x00", "").split(","))):
        match = _CODE.fullmatch(part.upper()) if len(part) == 2 or "-" in part else None
        found.append((match[1], match[2] or "") if match else (country_of(part) or part, ""))
    return found
