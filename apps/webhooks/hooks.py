"""Webhooks: made, changed, ended. Call these in the studio's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from apps.accounts.access import Entered
from apps.accounts.journal import note
from apps.web.ids import uuid7
from apps.web.refusal import Refusal
from apps.webhooks.addresses import check_url
from apps.webhooks.events import TEST
from apps.webhooks.models import Webhook, WebhookDelivery


class TooManyWebhooks(Refusal):
    """The studio has as many as it may."""

    status = 409
    code = "too_many_webhooks"
    sentence = f"A studio has at most {Webhook.MOST} webhooks."


def make_hook(entered: Entered, *, url: str, events: Iterable[str] = ()) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown once. Raises UrlRefused, TooManyWebhooks."""
    check_url(url)
    with connection.cursor() as cursor:
        # Two at once must not pass the limit together.
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 17))", [str(entered.studio.pk)])
    if Webhook.objects.for_studio(entered.studio).count() >= Webhook.MOST:
        raise TooManyWebhooks
    hook = Webhook(studio=entered.studio, url=url, events=sorted(set(events)))
    secret = hook.new_secret()
    hook.save(force_insert=True)
    note(entered.studio, entered.user, "webhook.created", hook, url=url)
    return hook, secret


def change_hook(
    entered: Entered,
    hook: Webhook,
    *,
    url: str | None = None,
    events: Iterable[str] | None = None,
    is_active: bool | None = None,
) -> None:
    """Another address, other events, on or off. What is not given stays. Raises UrlRefused."""
    if url is not None:
        check_url(url)
        hook.url = url
    if events is not None:
        hook.events = sorted(set(events))
    if is_active is not None:
        hook.is_active, hook.failing_since = is_active, None if is_active else hook.failing_since
    hook.save(update_fields=["url", "events", "is_active", "failing_since"])
    note(entered.studio, entered.user, "webhook.changed", hook, url=hook.url)


def rotate_secret(entered: Entered, hook: Webhook) -> str:
    """A new secret, shown once; for a day both sign."""
    secret = hook.new_secret()
    hook.save(update_fields=["sealed", "former", "former_until"])
    note(entered.studio, entered.user, "webhook.secret", hook, url=hook.url)
    return secret


def end_hook(entered: Entered, hook: Webhook) -> None:
    """Nothing is sent there any more; its log goes with it."""
    note(entered.studio, entered.user, "webhook.deleted", hook, url=hook.url)
    hook.delete()


def send_test(hook: Webhook) -> WebhookDelivery:
    """Put a delivery that tells of nothing, and is tried once."""
    row = WebhookDelivery(studio_id=hook.studio_id, webhook=hook, event=TEST, source_id=uuid7())
    row.save(force_insert=True)
    return row
