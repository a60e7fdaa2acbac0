"""What the layout of the studio's pages asks of the database, which may go with a page's own questions.

The layout tells of clients, whom accounts do not know: what it asks is named by STUDIO_LAYOUT in the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from apps.accounts.access import Entered, StudioRequest
from apps.web import htmx
from apps.web.compiled_queries import Asked, Later


def ahead(request: StudioRequest) -> None:
    """Let what the layout asks go with the next questions of this page; htmx gets parts, which have no layout.

    For pages that change nothing: what the layout tells was so when they asked.
    """
    if not htmx.wants(request):
        asking = cast(Callable[[Entered], list[Asked]], import_string(settings.STUDIO_LAYOUT))
        request.layout = Later(*asking(request.entered))
