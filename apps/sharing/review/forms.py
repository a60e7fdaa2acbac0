"""Forms of the proofing pages."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.sharing.models import Selection, SelectionPreset

MOST_PHOTOS = 100_000


class PreparedListForm(forms.Form):
    """A list for every visitor of the album. maximum empty: any number."""

    title = forms.CharField(max_length=80, label="Name", widget=forms.TextInput(attrs={"placeholder": "Album"}))
    minimum = forms.IntegerField(min_value=0, max_value=MOST_PHOTOS, required=False, label="At least")
    maximum = forms.IntegerField(min_value=1, max_value=MOST_PHOTOS, required=False, label="At most")

    def __init__(self, data: Any = None, *, preset: SelectionPreset | None = None) -> None:
        initial = {}
        if preset is not None:
            initial = {"title": preset.title, "minimum": preset.minimum or None, "maximum": preset.maximum}
        super().__init__(data, initial=initial, auto_id=f"{preset.pk if preset else 'new'}-%s")

    def terms(self) -> dict[str, Any]:
        """Keywords of the deeds."""
        return self.cleaned_data | {"minimum": self.cleaned_data["minimum"] or 0}


class ExtraForm(forms.Form):
    """How many photos beyond the limit."""

    extra = forms.IntegerField(min_value=0, max_value=Selection.MOST_EXTRA)
