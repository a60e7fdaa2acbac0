"""Answers that several pages share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from apps.accounts.models import User
from apps.accounts.signing_in import identify
from apps.web.answers import too_many
from apps.web.client_ip import client_ip
from apps.web.refusal import Refusal

Context = dict[str, Any]


def page(request: HttpRequest, template: str, context: Context, *, form: forms.BaseForm | None = None) -> HttpResponse:
    """A page with its form; 422 when the form was sent and is not right."""
    status = 422 if form is not None and form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)


def refused(
    request: HttpRequest,
    template: str,
    context: Context,
    form: forms.BaseForm,
    refusal: Refusal,
    field: str | None = None,
) -> HttpResponse:
    """The page again, with the sentence of a refused deed. Too many tries stay 429, all else is 422."""
    form.add_error(field, str(refusal))
    answer = page(request, template, context, form=form)
    return too_many(answer, refusal.wait) if refusal.status == 429 else answer


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the fields of a POST, also when there are none."""
    return request.POST if request.method == "POST" else None


def gave_password(request: HttpRequest, user: User) -> bool:
    """Whether the form holds the present password (`current`); if not, the next page says so.

    A browser that was left open must not be enough to take away what its owner needs to get in.
    """
    try:
        identify(user.email, request.POST.get("current", ""), client_ip=client_ip(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    return True
