"""The form of an album."""

from __future__ import annotations

from django import forms

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

    @classmethod
    def of(cls, album: Album) -> AlbumForm:
        """The form filled with what the album has."""
        return cls(initial={"title": album.title, "event_date": album.event_date, "description": album.description})
