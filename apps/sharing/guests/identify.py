"""Asking a guest who they are: the answer of a deed that needs a person, and the page that asks."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts import smtp
from apps.accounts.context import brand_css
from apps.accounts.models import Studio
from apps.sharing.models import Visitor
from apps.web import htmx
from apps.web.answers import SeeOther


class WhoForm(forms.Form):
    """Name and e-mail, asked once."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
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


class CodeForm(forms.Form):
    """The digits that were emailed; blanks between them are what people type."""

    email = forms.EmailField(max_length=254, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        if len(code) != Visitor.CODE_DIGITS or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError(_("The code has %(digits)s digits.") % {"digits": Visitor.CODE_DIGITS})
        return code


def needs_person(request: HttpRequest, token: str) -> HttpResponse:
    """The answer of a deed that nobody is known for yet.

    To scripts 409 with the address that asks (identify.js then repeats the deed); to forms the page itself, which leads
    back to the form's own `next`.
    """
    wanted = back_to(token, request.POST.get("next", ""))
    address = f"{reverse('sharing:who', args=[token])}?{urlencode({'next': wanted})}"
    if htmx.is_scripted(request):
        return JsonResponse({"code": "who", "url": address}, status=409)
    return SeeOther(address)


def back_to(token: str, wanted: str) -> str:
    """The page to return to: `wanted` if it lies in this gallery, else the gallery."""
    gallery = reverse("sharing:gallery", args=[token])
    is_ours = (
        len(wanted) <= 2000
        and wanted.startswith(gallery)
        # Browsers read "\" as "/", drop control characters, and walk up at "..", also when it is escaped.
        and "\\" not in wanted
        and wanted.isprintable()
        # Only now: an address with a host that is none cannot be taken apart at all.
        and ".." not in unquote(urlsplit(wanted).path).split("/")
        and not wanted.startswith(reverse("sharing:who", args=[token]))
    )
    return wanted if is_ours else gallery


def ask(request: HttpRequest, studio: Studio, token: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    """The page that asks who is there, or for scripts its sheet. It tells the studio and nothing of the album.

    shown: `form` and `next`; `code_form` in place of `form` once a code was emailed; `me`, who the browser is known
    as; `locked_minutes`, when too much was tried.
    """
    context = {"studio": studio, "brand_css": brand_css(studio), "token": token, "form": WhoForm(), **shown}
    context["is_without_email"] = bool(smtp.kept_in())
    context["is_sheet"] = htmx.wants(request)
    context.setdefault("next", reverse("sharing:gallery", args=[token]))
    template = "sharing/guests/_identify.html" if context["is_sheet"] else "sharing/guests/identify.html"
    return render(request, template, context, status=status)
