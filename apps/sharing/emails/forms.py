"""Forms of emails to clients. Whether they can be sent is decided by the deeds in `writing`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Studio
from apps.sharing.emails import recipients as emails_recipients
from apps.sharing.emails import reminders, templates
from apps.sharing.links.terms import FIRST_DAY, LAST_DAY
from apps.sharing.models import ClientEmail, EmailKind, ShareLink

TYPED, VISITORS = "typed", "visitors"
SUBJECT_LENGTH, BODY_LENGTH = 150, 5000
MOST_REMINDERS = 5

KINDS = (
    (EmailKind.DELIVERY, "The photos are ready"),
    (EmailKind.COMPLETE, "The gallery is complete"),
)


class EmailForm(forms.Form):
    """An email about one link of an album."""

    link = forms.ChoiceField(label="Link", widget=forms.Select(attrs={"data-search": ""}))
    kind = forms.ChoiceField(label="Message", choices=KINDS, initial=EmailKind.DELIVERY, widget=forms.RadioSelect)
    to = forms.ChoiceField(
        label="Recipients",
        choices=((TYPED, "These addresses"), (VISITORS, "Everyone who signed in through this link")),
        initial=TYPED,
        widget=forms.RadioSelect,
    )
    addresses = forms.CharField(
        label="Email addresses",
        required=False,
        max_length=20_000,
        help_text=f"Up to {emails_recipients.MOST_TYPED}, separated by commas or line breaks. "
        "Each person gets their own email.",
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    note = forms.CharField(
        label="Personal note",
        required=False,
        max_length=ClientEmail.NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label="Language", choices=templates.LANGUAGES)
    day = forms.DateField(
        required=False,
        label="Send on",
        help_text="Leave it empty to send now.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(required=False, label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    batch = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, studio: Studio, links: Sequence[ShareLink], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.studio = studio
        self.links = {str(link.pk): link for link in links}
        self.fields["link"].choices = [(pk, link.label or "Link") for pk, link in self.links.items()]  # type: ignore[attr-defined]
        self.fields["time"].help_text = f"Time zone: {studio.time_zone.replace('_', ' ')}"

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError("Choose a day within a year.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("time") and not data.get("day") and "day" not in self.errors:
            self.add_error("day", "Choose the day too.")
        return data

    @property
    def chosen_link(self) -> ShareLink | None:
        """The link that the form names, also while the rest is not right yet."""
        if not self.is_bound:
            return self.links.get(str(self.initial.get("link", "")), next(iter(self.links.values()), None))
        return self.links.get(str(self.data.get("link", "")))

    def recipients(self) -> list[str]:
        """Who gets the email. Raises recipients.Unsendable."""
        if self.cleaned_data["to"] == TYPED:
            return emails_recipients.addresses_in(self.cleaned_data["addresses"])
        link = self.chosen_link
        found = [visitor.email for visitor in emails_recipients.visitors_of(link)] if link else []
        if not found:
            raise emails_recipients.Unsendable("to", "No one has signed in through this link yet. Enter the addresses.")
        return found

    def due_at(self) -> datetime | None:
        """The moment to send at, None for now. A day without a time means nine in the morning."""
        data = self.cleaned_data
        if not data["day"]:
            return None
        moment = data["time"] or datetime.min.time().replace(hour=9)
        return datetime.combine(data["day"], moment, tzinfo=self.studio.zone)


class TemplateForm(forms.Form):
    """The studio's own words for one kind of email."""

    subject = forms.CharField(label="Subject", max_length=SUBJECT_LENGTH)
    body = forms.CharField(label="Text", max_length=BODY_LENGTH, widget=forms.Textarea(attrs={"rows": 14}))

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_body(self) -> str:
        return self._checked("body")

    def _checked(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        try:
            templates.check(text)
        except templates.BadTemplate as bad:
            raise ValidationError(str(bad)) from bad
        return text


class ReminderForm(forms.Form):
    """On which days before the end clients are reminded."""

    days = forms.CharField(
        label="Days before the end",
        required=False,
        max_length=60,
        help_text="Like 7, 1. Leave it empty to send no reminders.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_days(self) -> list[int]:
        parts = str(self.cleaned_data["days"]).replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= reminders.MOST_DAYS for part in parts):
            raise ValidationError(f"Write days as numbers from 1 to {reminders.MOST_DAYS}, like 7, 1.")
        if len(parts) > MOST_REMINDERS:
            raise ValidationError(f"At most {MOST_REMINDERS} reminders.")
        return [int(part) for part in parts]
