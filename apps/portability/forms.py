"""What owners type before everything leaves."""

from __future__ import annotations

from django import forms

from apps.accounts.forms import PresentPasswordForm

SHORTEST = 12


class ExportForm(forms.Form):
    passphrase = forms.CharField(
        label="Passphrase",
        required=False,
        min_length=SHORTEST,
        max_length=200,
        strip=False,
        help_text="With it the addresses of your links come along, encrypted, so they keep working after a move. "
        f"At least {SHORTEST} characters. We don’t keep it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class DeletionForm(PresentPasswordForm):
    """Two things that nobody types by mistake."""

    name = forms.CharField(label="Type the name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field_order = ("name", "current")
