"""What owners type about descriptions."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from apps.tagging import prompts
from apps.tagging.addresses import AddressRefused, check_url
from apps.tagging.models import AiProvider, AiSettings, MeaningServer, ProviderKind, Purpose

_MOST_PRICE: Final = 100_000


class AiSettingsForm(forms.Form):
    """What is asked for, in which language, what it may cost. Money in whole units of the studio's currency."""

    purposes = forms.MultipleChoiceField(
        label="Suggest", choices=Purpose.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    language = forms.ChoiceField(label="Language", choices=list(prompts.LANGUAGES.items()))
    describes_new = forms.BooleanField(label="Describe new photos automatically", required=False)
    accept_from = forms.IntegerField(
        label="Accept automatically from (%)",
        min_value=1,
        max_value=100,
        required=False,
        help_text="Leave empty to review every suggestion.",
    )
    monthly_cap = forms.DecimalField(
        label="Monthly limit",
        min_value=0,
        max_value=_MOST_PRICE,
        decimal_places=2,
        help_text="In the currency of the prices above.",
    )

    @staticmethod
    def values_of(settings: AiSettings) -> dict[str, Any]:
        """Its initial values."""
        names = ("purposes", "language", "describes_new", "accept_from")
        return {name: getattr(settings, name) for name in names} | {"monthly_cap": f"{settings.monthly_cap / 100:.2f}"}

    @property
    def values(self) -> dict[str, Any]:
        """As `configure.change` takes them."""
        return self.cleaned_data | {"monthly_cap": int(self.cleaned_data["monthly_cap"] * 100)}


class AiProviderForm(forms.Form):
    """A server. url: empty for none.  key: empty keeps the one there is.  Prices for a million tokens."""

    kind = forms.ChoiceField(label="Kind", choices=ProviderKind.choices)
    url = forms.CharField(
        label="Address",
        max_length=300,
        required=False,
        help_text="http://ollama.lan:11434 for Ollama, https://api.openai.com/v1 for others.",
    )
    model = forms.CharField(label="Model", max_length=100, required=False)
    key = forms.CharField(
        label="API key",
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Kept encrypted and never shown. Leave empty to keep it.",
    )
    price_in = forms.DecimalField(
        label="Price of a million tokens sent", min_value=0, max_value=_MOST_PRICE, decimal_places=2, initial=0
    )
    price_out = forms.DecimalField(
        label="Price of a million tokens answered", min_value=0, max_value=_MOST_PRICE, decimal_places=2, initial=0
    )

    def clean_url(self) -> str:
        """As it is kept; only a host that the operator allows."""
        url = str(self.cleaned_data["url"])
        try:
            return check_url(url) if url else ""
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        """A server needs a model."""
        values: dict[str, Any] = self.cleaned_data
        if values.get("url") and not values.get("model"):
            self.add_error("model", "Enter the model’s name.")
        return values

    @staticmethod
    def values_of(provider: AiProvider | None) -> dict[str, Any]:
        """Its initial values."""
        if provider is None:
            return {"price_in": "0", "price_out": "0"}
        prices = {name: f"{getattr(provider, name) / 100:.2f}" for name in ("price_in", "price_out")}
        return {name: getattr(provider, name) for name in ("kind", "url", "model")} | prices

    @property
    def values(self) -> dict[str, Any]:
        """As `configure.change` takes them."""
        prices = {name: int(self.cleaned_data[name] * 100) for name in ("price_in", "price_out")}
        return self.cleaned_data | prices | {"key": self.cleaned_data["key"] or None}


class MeaningServerForm(AiProviderForm):
    """The server for search by meaning. An embedding answers no tokens."""

    price_out = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].required = self.fields["model"].required = True
        self.fields["model"].help_text = "A model for embeddings, such as nomic-embed-text."

    @staticmethod
    def values_of_meaning(server: MeaningServer | None) -> dict[str, Any]:
        """Its initial values."""
        if server is None:
            return {"price_in": "0"}
        return {name: getattr(server, name) for name in ("kind", "url", "model")} | {
            "price_in": f"{server.price_in / 100:.2f}"
        }

    @property
    def values(self) -> dict[str, Any]:
        """As `meaning.agreement.change` takes them."""
        price = int(self.cleaned_data["price_in"] * 100)
        return self.cleaned_data | {"price_in": price, "key": self.cleaned_data["key"] or None}
