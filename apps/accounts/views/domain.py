"""The host of a studio, or of one of its brands: which, what its records have to say, and what was seen of them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import brands, domains
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import DomainForm
from apps.accounts.models import Brand, Role
from apps.accounts.views.answers import page, refused, sent
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.public_url import public_url
from apps.web.refusal import Refusal

TEMPLATE = "accounts/domain.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def domain(request: StudioRequest, brand_id: UUID | None = None) -> HttpResponse:
    brand = _brand(request, brand_id)
    held = domains.of(request.studio, brand)
    context = {
        "domain": held,
        "brand": brand,
        "page": domains.page_of(request.studio, brand_id),
        "otherwise": request.studio.base_url if brand else public_url(),
        "own": public_url(),
        "days": domains.BORNE_WITH.days,
    }
    form = DomainForm(sent(request), initial={"host": held.host if held else ""})
    if not form.is_valid():
        return page(request, TEMPLATE, context, form=form)
    try:
        named = domains.name(request.entered, form.cleaned_data["host"], brand)
    except Refusal as refusal:
        return refused(request, TEMPLATE, context, form, refusal, "host")
    if held is not None and named.pk == held.pk:
        return _back(request, brand_id, "Nothing changed.")
    return _back(request, brand_id, "Saved. Now add the two records.")


@require_POST
@studio_page(Role.OWNER)
def domain_check(request: StudioRequest, brand_id: UUID | None = None) -> HttpResponse:
    """Look into DNS now."""
    try:
        held = domains.check(request.entered, _brand(request, brand_id))
    except Refusal as refusal:
        return _back(request, brand_id, str(refusal), level="error")
    if held is None:
        return _back(request, brand_id, "There is no domain to check.", level="error")
    if held.problem:
        return _back(request, brand_id, "Not everything is right yet.", level="error")
    return _back(request, brand_id, f"{held.host} is verified.")


@require_POST
@studio_page(Role.OWNER)
def domain_remove(request: StudioRequest, brand_id: UUID | None = None) -> HttpResponse:
    domains.remove(request.entered, _brand(request, brand_id))
    return _back(request, brand_id, "Domain removed.")


def _brand(request: StudioRequest, brand_id: UUID | None) -> Brand | None:
    return get_object_or_404(brands.all_of(request.studio), pk=brand_id) if brand_id else None


def _back(request: StudioRequest, brand_id: UUID | None, text: str, *, level: str = "info") -> HttpResponse:
    return htmx.tell(request, SeeOther(domains.page_of(request.studio, brand_id)), text, level=level)
