"""The form of an album."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from apps.accounts.models import Brand
from apps.albums.models import Album


class AlbumForm(forms.Form):
    """What a photographer says about an album."""

    title = forms.CharField(
        max_length=120, label="Title", widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    event_date = forms.DateField(
        required=False, label="Date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    description = forms.CharField(
        max_length=2000,
        required=False,
        label="Text",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown to your client below the title.",
    )

    def __init__(self, *args: Any, brands: Sequence[Brand] = (), **kwargs: Any) -> None:
        """brands: of which the gallery may wear one instead of the studio's own; none: it is not asked."""
        super().__init__(*args, **kwargs)
        if brands:
            self.fields["brand_id"] = forms.TypedChoiceField(
                label="Brand",
                required=False,
                coerce=UUID,
                empty_value=None,
                choices=[("", f"{brands[0].studio.name} (studio)"), *((one.pk, one.name) for one in brands)],
            )

    @classmethod
    def of(cls, album: Album, brands: Sequence[Brand] = ()) -> AlbumForm:
        """The form filled with what the album has."""
        names = ("title", "event_date", "description", "brand_id")
        return cls(brands=brands, initial={name: getattr(album, name) for name in names})
