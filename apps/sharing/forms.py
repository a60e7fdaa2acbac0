"""Forms of links. Whether the terms are possible is decided by the deeds in `links`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from apps.sharing.links import PASSWORD_SHORTEST
from apps.sharing.models import Download, ShareLink
from apps.sharing.terms import FIRST_DAY, LAST_DAY


class PasswordForm(forms.Form):
    """What a guest types."""

    password = forms.CharField(
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class LinkForm(forms.Form):
    """Terms of a link.

    has_password: told by the page itself, so that the sentence about an unsaved change knows of the password
    that stays.
    """

    label = forms.CharField(max_length=80, required=False, help_text="Only you see this: who is it for?")
    password = forms.CharField(
        max_length=128,
        required=False,
        help_text=f"At least {PASSWORD_SHORTEST} characters.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    no_password = forms.BooleanField(required=False, label="Take the password away")
    has_password = forms.BooleanField(required=False, widget=forms.HiddenInput)
    expires_on = forms.DateField(
        required=False,
        label="Open until",
        help_text="The end of that day.",
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    download = forms.ChoiceField(choices=Download.choices, initial=Download.NONE, widget=forms.RadioSelect)

    def __init__(self, *args: Any, link: ShareLink | None = None, **kwargs: Any) -> None:
        if link is not None:
            kwargs["initial"] = {
                "label": link.label,
                "expires_on": link.expires_on,
                "download": link.download,
                "has_password": link.is_password_protected,
            }
        super().__init__(*args, **kwargs)
        if link is None or not link.is_password_protected:
            del self.fields["no_password"]
        else:
            self.fields["password"].label = "New password"
            self.fields["password"].help_text = "Leave it empty to keep the one there is."

    def terms(self) -> dict[str, Any]:
        """Arguments of `links.create` and `links.change`: an empty password keeps what is there."""
        data = self.cleaned_data
        password = data["password"] or ("" if data.get("no_password") else None)
        return {
            "label": data["label"],
            "password": password,
            "download": data["download"],
            "expires_on": data["expires_on"],
        }

    def draft(self) -> dict[str, Any]:
        """What can be read of the form so far, for the sentence: arguments of `terms.draft_terms`."""
        self.is_valid()
        data = self.cleaned_data if self.is_bound else self.initial
        kept = bool(data.get("has_password")) and not self.data.get("no_password")
        return {
            "needs_password": kept or bool(data.get("password")),
            "download": data.get("download") or Download.NONE,
            "expires_on": data.get("expires_on"),
        }
