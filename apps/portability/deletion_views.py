"""The owner's page on which a studio is deleted and restored."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.accounts.signing_in import WrongPassword, identify
from apps.portability import deletion as deed
from apps.portability.forms import DeletionForm
from apps.web import htmx
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import NoTry


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER, while_closing=True)
def deletion(request: StudioRequest) -> HttpResponse:
    """Delete the studio, by its name and the owner's password."""
    form = DeletionForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form)
    try:
        identify(request.user.email, form.cleaned_data["current"], client_ip=client_ip(request))
        deed.close(request.entered, form.cleaned_data["name"])
    except deed.WrongName as refusal:
        form.add_error("name", str(refusal))
        return _page(request, form)
    except (WrongPassword, NoTry) as refusal:
        form.add_error("current", str(refusal))
        answer = _page(request, form)
        return too_many(answer, refusal.wait) if isinstance(refusal, NoTry) else answer
    return SeeOther("portability:deletion", request.studio.slug)


@require_POST
@studio_page(Role.OWNER, while_closing=True)
def restore(request: StudioRequest) -> HttpResponse:
    """Take the deletion back."""
    deed.restore(request.entered)
    return htmx.tell(request, SeeOther("albums:list", request.studio.slug), "The studio is back, and its links open.")


def _page(request: StudioRequest, form: DeletionForm) -> HttpResponse:
    gone_on = deed.gone_on(request.studio) if request.studio.is_closing else None
    context = {"form": form, "gone_on": gone_on, "days": deed.GRACE.days}
    return render(request, "portability/deletion.html", context, status=422 if form.errors else 200)
