"""The pages of a studio's brands, for owners."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import brands
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import BrandForm, LogoForm
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Brand, Role
from apps.accounts.tenancy import across_studios
from apps.sharing.branding import logo as branding_logo
from apps.sharing.branding.views import logo_answer
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def brand_list(request: StudioRequest) -> HttpResponse:
    """All of them, each with the number of its galleries; POST makes one."""
    form = BrandForm(request.POST or None, initial={"accent": request.studio.accent})
    if request.method == "POST" and form.is_valid():
        try:
            brand = brands.create(request.studio, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return htmx.tell(request, _to(request, brand), "Brand created.")
    rows = [(brand, galleries(brand)) for brand in brands.all_of(request.studio)]
    return _page(request, "brands", {"brands": rows}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def brand_edit(request: StudioRequest, brand_id: UUID) -> HttpResponse:
    """Name, colour and logo of one."""
    brand = _of(request, brand_id)
    form = BrandForm(request.POST or None, initial={"name": brand.name, "accent": brand.accent})
    if request.method == "POST" and form.is_valid():
        entry = brands.change(brand, by=request.user, **form.cleaned_data)
        return htmx.tell(request, _to(request, brand), "Saved.", undo=undo_url(request, entry))
    context = {
        "brand": brand,
        "brand_logo_url": brand.logo_url(request.studio.slug),
        "used": galleries(brand),
        "logo_form": LogoForm(),
    }
    return _page(request, "brand", context, form)


@require_POST
@studio_page(Role.OWNER)
def brand_logo(request: StudioRequest, brand_id: UUID) -> HttpResponse:
    """Take a new logo, or with `remove_logo` show the name again."""
    brand, form = _of(request, brand_id), LogoForm(request.POST, request.FILES)
    file = form.cleaned_data.get("logo") if form.is_valid() else None
    if form.is_valid() and form.cleaned_data["remove_logo"]:
        branding_logo.remove_logo(brand, by=request.user)
        messages.success(request, "Logo removed.")
    elif file is None:
        messages.error(request, "Choose a picture for the logo.")
    else:
        try:
            branding_logo.set_logo(brand, file, by=request.user)
            messages.success(request, "Logo saved.")
        except branding_logo.BadLogo as bad:
            messages.error(request, str(bad))
    return _to(request, brand)


@require_POST
@studio_page(Role.OWNER)
def brand_remove(request: StudioRequest, brand_id: UUID) -> HttpResponse:
    brand = _of(request, brand_id)
    entry = brands.remove(brand, by=request.user)
    answer = SeeOther(reverse("sharing:brands", args=[request.studio.slug]))
    return htmx.tell(request, answer, f"The brand “{brand.name}” was removed.", undo=undo_url(request, entry))


@require_GET
def brand_logo_image(request: HttpRequest, slug: str, brand_id: UUID) -> HttpResponse:
    """Its logo as PNG, public as the studio's own."""
    with across_studios():
        rows = Brand.objects.filter(pk=brand_id, studio__slug=slug)
        data = rows.values_list("logo", flat=True).first()
    if data is None:
        raise Http404
    return logo_answer(request, bytes(data))


def galleries(brand: Brand) -> int:
    """How many galleries wear it."""
    count: int = brand.albums.filter(trashed_at__isnull=True).count()
    return count


def _of(request: StudioRequest, brand_id: UUID) -> Brand:
    brand: Brand = get_object_or_404(brands.all_of(request.studio), pk=brand_id)
    brand.studio = request.studio
    return brand


def _to(request: StudioRequest, brand: Brand) -> HttpResponse:
    return SeeOther(reverse("sharing:brand", args=[request.studio.slug, brand.pk]))


def _page(request: StudioRequest, name: str, context: dict[str, Any], form: forms.Form) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"sharing/branding/{name}.html", {**context, "form": form}, status=status)
