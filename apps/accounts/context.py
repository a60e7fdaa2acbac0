"""What every page of a studio knows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts import agreements, smtp


def studio(request: HttpRequest) -> dict[str, Any]:
    """The studio, the member's rights in it, the address of its colours, and where emails lie without a mail server."""
    entered = getattr(request, "entered", None)
    if entered is None:
        return {}
    return {
        "studio": entered.studio,
        "entered": entered,
        "role": entered.role.value,
        "may_upload": entered.may_upload,
        "may_edit": entered.may_edit,
        "may_manage": entered.may_manage,
        "is_contributor": entered.is_contributor,
        "is_restricted": entered.is_restricted,
        "several_studios": entered.several,
        "brand_css": brand_css(entered.studio),
        "emails_kept_in": smtp.kept_in(),
        "must_agree": entered.may_manage and agreements.is_due(entered.studio),
    }


def brand_css(studio: Any, accent: str = "") -> str:
    """Address of the stylesheet with a colour, by default the studio's."""
    return reverse("accounts:brand", args=[(accent or studio.accent).lstrip("#")])
