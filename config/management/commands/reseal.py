"""Close what is sealed under the present secret; see apps.web.sealed."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db.models import Model

from apps.accounts import emails, second_factor
from apps.accounts.models import Email, User
from apps.accounts.tenancy import across_studios
from apps.portability import exports
from apps.portability.models import StudioExport
from apps.sharing.models import ShareLink
from apps.sharing.models import secrets as link_secrets
from apps.tagging import server_models
from apps.tagging.meaning_models import MeaningServer
from apps.tagging.models import AiProvider
from apps.uploads.importing import sources
from apps.uploads.models import ImportRun
from apps.web import sealed
from apps.webhooks import models as webhooks

#: Every column that holds something sealed, and for which purpose.
SEALED: Final[tuple[tuple[type[Model], str, str], ...]] = (
    (User, "totp_sealed", second_factor.PURPOSE),
    (Email, "sealed", emails.PURPOSE),
    (ShareLink, "token_sealed", link_secrets.TOKEN_PURPOSE),
    (ShareLink, "pin_sealed", link_secrets.TOKEN_PURPOSE),
    (webhooks.Webhook, "sealed", webhooks.PURPOSE),
    (webhooks.Webhook, "former", webhooks.PURPOSE),
    (AiProvider, "sealed_key", server_models.PURPOSE),
    (MeaningServer, "sealed_key", server_models.PURPOSE),
    (StudioExport, "key_sealed", exports.PURPOSE),
    (ImportRun, "key_sealed", sources.PURPOSE),
)


class Command(BaseCommand):
    help = "Encrypt under the present GLASSINE_SECRET_KEY what was encrypted under an old one. May run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        done = lost = 0
        with across_studios():
            for model, column, purpose in SEALED:
                rows = model._default_manager.exclude(**{column: ""}).values_list("pk", column)
                for pk, text in rows.iterator():
                    anew = sealed.seal_anew(text, purpose)
                    if anew is None:
                        lost += 1
                        continue
                    # Not over what somebody has sealed meanwhile.
                    done += model._default_manager.filter(pk=pk, **{column: text}).update(**{column: anew})
        self.stdout.write(f"Under the present secret: {done}. Opened by no secret that is named: {lost}.")
