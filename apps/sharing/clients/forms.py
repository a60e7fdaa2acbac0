"""What a returning client types."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    """The email address to which a code is sent."""

    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def clean_email(self) -> str:
        """Lower-cased, as it is kept. A few letters become longer by it."""
        email = str(self.cleaned_data["email"]).strip().lower()
        MaxLengthValidator(254)(email)
        return email
