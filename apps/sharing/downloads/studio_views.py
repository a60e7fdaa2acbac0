"""The sizes that a studio offers for downloads, chosen on a page of its settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role, Studio
from apps.sharing.downloads import studio_sizes
from apps.web import htmx
from apps.web.answers import SeeOther


class SizesForm(forms.Form):
    """A row per size: the longest edge, and what it is called. Rows without a number are left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, studio_sizes.MOST_SIZES + 1):
            self.fields[f"edge_{number}"] = forms.IntegerField(
                label="Longest edge in pixels",
                required=False,
                min_value=studio_sizes.SMALLEST,
                max_value=studio_sizes.LARGEST,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "None"}),
            )
            self.fields[f"label_{number}"] = forms.CharField(
                label="Label",
                required=False,
                max_length=studio_sizes.LABEL_LENGTH,
                widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Instagram, A4 print …"}),
            )

    @classmethod
    def showing(cls, studio: Studio) -> SizesForm:
        """The form as the studio stands."""
        own = studio_sizes.offered(studio) if studio_sizes.is_own(studio) else {}
        rows = enumerate(own.items(), 1)
        return cls(
            initial={f"{name}_{n}": v for n, (edge, words) in rows for name, v in (("edge", edge), ("label", words))}
        )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields, two by two."""
        return [(self[f"edge_{n}"], self[f"label_{n}"]) for n in range(1, studio_sizes.MOST_SIZES + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seen: set[int] = set()
        for number in range(1, studio_sizes.MOST_SIZES + 1):
            edge, label = data.get(f"edge_{number}"), data.get(f"label_{number}")
            if edge in seen:
                self.add_error(f"edge_{number}", "This size is already in the list.")
            elif edge is None and label and f"edge_{number}" not in self.errors:
                self.add_error(f"edge_{number}", "Enter the number of pixels.")
            elif edge is not None:
                seen.add(edge)
        return data

    def sizes(self) -> dict[int, str]:
        """Labels by edge."""
        data = self.cleaned_data
        numbers = range(1, studio_sizes.MOST_SIZES + 1)
        return {data[f"edge_{n}"]: " ".join(data[f"label_{n}"].split()) for n in numbers if data[f"edge_{n}"]}


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def download_sizes(request: StudioRequest) -> HttpResponse:
    """The sizes beside the web size and the original."""
    studio = request.studio
    form = SizesForm(request.POST) if request.method == "POST" else SizesForm.showing(studio)
    if form.is_valid():
        studio_sizes.choose(studio, form.sizes(), by=request.user)
        answer = SeeOther(reverse("sharing:download_sizes", args=[studio.slug]))
        return htmx.tell(request, answer, "Download sizes saved.")
    context = {"form": form, "usual": studio_sizes.PIXELS}
    return render(request, "sharing/downloads/studio_sizes.html", context, status=422 if form.is_bound else 200)
