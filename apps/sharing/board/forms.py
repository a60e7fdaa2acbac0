"""What is written on the board."""

from __future__ import annotations

from datetime import date

from django import forms

from apps.sharing.links.terms import FIRST_DAY, LAST_DAY


class PromiseForm(forms.Form):
    """The promised day; empty for none."""

    promised_on = forms.DateField(required=False)

    def clean_promised_on(self) -> date | None:
        day: date | None = self.cleaned_data["promised_on"]
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError("Choose a day of this century.")
        return day
