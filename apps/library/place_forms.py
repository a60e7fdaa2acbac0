"""The form of a place that the studio names."""

from __future__ import annotations

from typing import Any

from django import forms


class PlaceForm(forms.Form):
    """name, where (a town, another place or degrees) and radius in metres."""

    name = forms.CharField(max_length=120)
    where = forms.CharField(max_length=120)
    radius = forms.IntegerField(min_value=10, max_value=50_000, initial=200)

    def clean_name(self) -> str:
        """Blanks around and within are one."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def values(self, position: tuple[float, float]) -> dict[str, Any]:
        """As `named.create` takes them."""
        latitude, longitude = position
        return {
            "name": self.cleaned_data["name"], "latitude": latitude, "longitude": longitude,
            "radius": self.cleaned_data["radius"],
        }  # fmt: skip
