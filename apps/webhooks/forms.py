"""What people type about a webhook."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.sharing.models import ActivityKind
from apps.webhooks.events import GUEST


class WebhookForm(forms.Form):
    """events: those of guests that are chosen; none for all events, those of members too."""

    url = forms.URLField(
        label="Address",
        max_length=500,
        assume_scheme="https",
        help_text="Begins with https://. It gets a signed POST for each event.",
    )
    events = forms.MultipleChoiceField(
        label="Events",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to send all of them, including what members do.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{GUEST}{kind}", label) for kind, label in ActivityKind.choices]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]
