"""The `--studio` option of the commands."""

from django.core.management.base import CommandError

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios


def chosen(slug: str | None) -> list[Studio]:
    """The studio of that slug, or all of them. Raises CommandError if there is none."""
    with across_studios():
        studios = list(Studio.objects.order_by("slug"))
    if slug is None:
        return studios
    named = [studio for studio in studios if studio.slug == slug]
    if not named:
        raise CommandError(f"There is no studio {slug!r}.")
    return named
