"""The studio's pages of its clients."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.sharing.clients import directory, returning
from apps.sharing.models import StudioClient
from apps.web import htmx
from apps.web.answers import SeeOther


@require_safe
@studio_page(Role.VIEWER)
def clients(request: StudioRequest) -> HttpResponse:
    """Everybody with an email address, over all galleries; `q` looks for a name or an address."""
    query = request.GET.get("q", "").strip()[: directory.LONGEST_QUERY]
    page = directory.page(request.studio, query, cursor=request.GET.get("after", ""))
    asked = {"q": query} if query else {}
    context = {
        "rows": directory.rows_of(request.studio, page.rows),
        "query": query,
        "next_url": f"?{urlencode({**asked, 'after': page.next})}" if page.next else "",
        "return_address": request.studio.base_url + reverse("sharing:own_galleries", args=[request.studio.slug]),
    }
    template = "sharing/clients/_rows.html" if htmx.wants(request, "more") else "sharing/clients/clients.html"
    return htmx.vary(render(request, template, context))


@require_safe
@studio_page(Role.VIEWER)
def client(request: StudioRequest, client_id: UUID) -> HttpResponse:
    """One client: galleries, lists, downloads, emails."""
    row = get_object_or_404(StudioClient.objects.for_studio(request.studio), pk=client_id)
    context = {
        "client": row,
        "galleries": directory.galleries_of(request.studio, row),
        "emails": directory.emails_of(request.studio, row)[:20],
    }
    return render(request, "sharing/clients/client.html", context)


@require_POST
@studio_page(Role.OWNER)
def clients_return(request: StudioRequest) -> HttpResponse:
    """Whether clients find all their galleries on one page (`on`)."""
    on = request.POST.get("on") == "1"
    returning.switch(request.studio, on, by=request.user)
    text = "Clients can find their galleries by email." if on else "The page for returning clients is off."
    return htmx.tell(request, SeeOther(reverse("sharing:clients", args=[request.studio.slug])), text)
