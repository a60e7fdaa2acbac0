"""Sending what is due, webhook after webhook: tried for two days, each outcome written down.

A trigger writes a delivery in the transaction of its event, so none is lost and none tells of what was rolled back. A
worker claims it (the attempt is counted, a lease begins), sends it outside of any transaction, and writes down how it
went. Of a worker that is killed meanwhile the delivery is sent again: the same event may arrive twice, with one id.
"""

from __future__ import annotations

import http.client
import logging
import time
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.webhooks import sending
from apps.webhooks.addresses import UrlRefused, resolve
from apps.webhooks.events import TEST, body_of
from apps.webhooks.models import DeliveryState, Webhook, WebhookDelivery
from apps.webhooks.sending import HookAnswer

log = logging.getLogger(__name__)

# Between the tries: ten, over two days in all.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 3600, 7200, 14_400, 28_800, 43_200, 72_000))
LEASE = timedelta(seconds=60)
RUN_SECONDS = 20.0
GONE = "What this event tells of was erased."
OFF_AFTER = timedelta(days=2)


def send_due() -> int:
    """Send what is due until nothing is left or `RUN_SECONDS` are over; how many were tried."""
    take_back()
    tried, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until and send_next():
        tried += 1
    return tried


def take_back() -> int:
    """Free what killed workers held; how many."""
    with across_studios():
        lost = WebhookDelivery.objects.filter(state=DeliveryState.SENDING, lease_until__lt=timezone.now())
        return lost.update(state=DeliveryState.WAITING, lease_until=None)


def forget() -> int:
    """Remove deliveries after 30 days; how many."""
    with across_studios():
        old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - WebhookDelivery.KEPT)
        return old.delete()[0]


def send_next() -> WebhookDelivery | None:
    """Send one delivery, of the webhook that waited longest. Returns it as claimed, or None if nothing is due."""
    delivery = _claim()
    if delivery is None:
        return None
    with acting_in(delivery.studio_id):
        body = body_of(delivery)
    if not body:
        _settle(delivery, None, GONE, is_final=True)
        return delivery
    answer, error = _sent(delivery, body.encode())
    _settle(delivery, answer, error)
    return delivery


def _claim() -> WebhookDelivery | None:
    now = timezone.now()
    with across_studios():
        due = WebhookDelivery.objects.filter(
            webhook=OuterRef("pk"), studio=OuterRef("studio"), state=DeliveryState.WAITING, due_at__lte=now
        )
        hooks = Webhook.objects.filter(Exists(due), is_active=True).order_by("served_at")
        hook = hooks.select_for_update(skip_locked=True).first()
        if hook is None:
            return None
        waiting = WebhookDelivery.objects.filter(
            webhook=hook, studio=hook.studio_id, state=DeliveryState.WAITING, due_at__lte=now
        )
        delivery = waiting.order_by("due_at").select_for_update(skip_locked=True).first()
        Webhook.objects.filter(pk=hook.pk).update(served_at=now)
        if delivery is None:
            return None
        delivery.state, delivery.attempts = DeliveryState.SENDING, delivery.attempts + 1
        delivery.tried_at, delivery.lease_until = now, now + LEASE
        delivery.save(update_fields=["state", "attempts", "tried_at", "lease_until"])
        delivery.webhook = hook
        return delivery


def _sent(delivery: WebhookDelivery, body: bytes) -> tuple[HookAnswer | None, str]:
    """The answer, and why it was not taken ("" if it was)."""
    now = timezone.now()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Glassine-Webhooks/1",
        "Glassine-Event": delivery.event,
        "Glassine-Delivery": str(delivery.pk),
        "Glassine-Signature": sending.signature(body, delivery.webhook.secrets(now), int(now.timestamp())),
    }
    try:
        answer = sending.post(resolve(delivery.webhook.url), body, headers)
    except UrlRefused as refusal:
        return None, str(refusal)
    except TimeoutError:
        return None, "It did not answer in time."
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        log.info("webhook %s: %s", delivery.webhook_id, error)
        return None, "It could not be reached."
    if answer.is_taken:
        return answer, ""
    redirect = " Redirects are not followed." if 300 <= answer.status < 400 else ""
    return answer, f"It answered {answer.status}.{redirect}"


def _settle(delivery: WebhookDelivery, answer: HookAnswer | None, error: str, *, is_final: bool = False) -> None:
    """Write down how a try ended, unless somebody else has taken the delivery since."""
    now = timezone.now()
    values: dict[str, object] = {
        "lease_until": None,
        "error": error,
        "status": answer.status if answer else None,
        "answer": answer.text if answer else "",
        "took_ms": answer.took_ms if answer else None,
    }
    if not error:
        values["state"] = DeliveryState.DELIVERED
    elif is_final or delivery.attempts > len(WAITS) or delivery.event == TEST:
        values["state"] = DeliveryState.FAILED
    else:
        values |= {"state": DeliveryState.WAITING, "due_at": now + WAITS[delivery.attempts - 1]}
    with acting_in(delivery.studio_id):
        mine = WebhookDelivery.objects.for_studio(delivery.studio_id).filter(
            pk=delivery.pk, state=DeliveryState.SENDING, tried_at=delivery.tried_at
        )
        if mine.update(**values) and delivery.event != TEST and not is_final:
            _note_health(delivery.webhook, is_well=not error)


def _note_health(hook: Webhook, *, is_well: bool) -> None:
    """Switch a webhook off that has taken nothing for two days, and tell the owners once."""
    now = timezone.now()
    row = Webhook.objects.for_studio(hook.studio_id).filter(pk=hook.pk)
    if is_well:
        row.update(failing_since=None)
        return
    row.filter(failing_since__isnull=True).update(failing_since=now)
    if row.filter(failing_since__lt=now - OFF_AFTER, is_active=True).update(is_active=False):
        studio = Studio.objects.defer("logo").get(pk=hook.studio_id)
        words = outbox.rendered("A webhook was switched off", "webhooks/off.txt", url=hook.url)
        outbox.tell(studio, [Role.OWNER], f"webhook-off:{hook.pk}:{now.isoformat()}", words)
