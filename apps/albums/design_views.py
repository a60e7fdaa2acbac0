"""Choosing how galleries look: for the studio, and for one album."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums import editing
from apps.albums.design import CHOICES, LABELS, Design, choice_words, understood
from apps.albums.request_params import album_of
from apps.web import htmx
from apps.web.answers import SeeOther

# Of the choices that no small picture shows; words in a list say them best.
IN_WORDS = {
    "language": "For pages and emails. Emails are in English if this follows the visitor’s device.",
    "stacks": "Clients open a stack to see and choose its other photos. Downloads always contain all of them.",
}


class DesignForm(forms.Form):
    """One choice per part. For an album each may be left to the studio."""

    own_accent = forms.BooleanField(required=False, label="Use a different colour")
    accent = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$", required=False, label="Colour", widget=forms.TextInput(attrs={"type": "color"})
    )

    def __init__(self, *args: Any, inherited: Design | None = None, **kwargs: Any) -> None:
        """inherited: what holds where an album makes no choice; None for the studio's own design."""
        super().__init__(*args, **kwargs)
        for name, choices in CHOICES.items():
            options = list(choices.items())
            if inherited is not None:
                options.insert(0, ("", f"Studio default ({choice_words(name, getattr(inherited, name))})"))
            is_seen = name not in IN_WORDS
            self.fields[name] = forms.ChoiceField(
                label=LABELS[name],
                choices=options,
                required=is_seen and inherited is None,
                widget=forms.RadioSelect if is_seen else forms.Select,
                help_text=IN_WORDS.get(name, ""),
            )
        if inherited is None:
            del self.fields["own_accent"], self.fields["accent"]
        self.order_fields([*CHOICES, "own_accent", "accent"])

    def values(self) -> dict[str, str]:
        """The choices made, as a row keeps them."""
        data = dict(self.cleaned_data)
        accent = str(data.pop("accent", "")).lower() if data.pop("own_accent", False) else ""
        return understood({**data, "accent": accent})


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def of_studio(request: StudioRequest) -> HttpResponse:
    """The look of all galleries that choose nothing else."""
    form = DesignForm(request.POST or None, initial=_initial(Design.of(request.studio.design)))
    if request.method == "POST" and form.is_valid():
        editing.set_studio_design(request.studio, form.values(), by=request.user)
        messages.success(request, "Look saved.")
        return SeeOther("albums:studio_design", request.studio.slug)
    return _page(request, {"form": form, "album": None, "target": request.path})


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def of_album(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The look of one gallery."""
    album = album_of(request, album_id)
    chosen = understood(album.design)
    initial = {**chosen, "own_accent": "accent" in chosen, "accent": chosen.get("accent", request.studio.accent)}
    form = DesignForm(request.POST or None, inherited=Design.of(request.studio.design), initial=initial)
    if request.method == "POST" and form.is_valid():
        entry = editing.set_design(album, form.values(), by=request.user)
        answer, text = _done(request, album.get_absolute_url()), "Look saved."
        return htmx.tell(request, answer, text, undo=undo_url(request, entry))
    target = reverse("albums:design", args=[request.studio.slug, album.pk])
    return _page(request, {"form": form, "album": album, "target": target})


def _initial(design: Design) -> dict[str, str]:
    return {name: getattr(design, name) for name in CHOICES}


def _done(request: StudioRequest, url: str) -> HttpResponse:
    if htmx.wants(request):
        return htmx.trigger(HttpResponse(status=204), dialog_close="")
    return SeeOther(url)


def _page(request: StudioRequest, context: dict[str, Any]) -> HttpResponse:
    template = "albums/_design.html" if htmx.wants(request) else "albums/design.html"
    return htmx.vary(render(request, template, context, status=422 if context["form"].is_bound else 200))
