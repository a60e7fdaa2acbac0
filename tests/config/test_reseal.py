"""The installation's secret can be changed: what was sealed and signed before still opens, and is sealed anew."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.signing import Signer
from django.test import Client
from pytest_django.fixtures import Settings

from apps.accounts import second_factor
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.models import ShareLink
from apps.webhooks.models import Webhook
from config.management.commands.reseal import SEALED
from tests.factories import ShareLinkFactory

pytestmark = pytest.mark.django_db

TOKEN, SECOND = "a-token-of-a-link-that-nobody-guesses", "the secret that comes after the first one"


def change(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], SECOND


def forget_the_first(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = []


@pytest.fixture
def link(north: Studio) -> ShareLink:
    made = ShareLinkFactory.create(album__studio=north)
    made.set_token(TOKEN)
    made.set_password("come in")
    with acting_in(north):
        made.save()
    return made


def token_of(link: ShareLink) -> str:
    with acting_in(link.studio_id):
        return ShareLink.objects.for_studio(link.studio_id).get(pk=link.pk).token


def test_what_was_sealed_before_opens_and_after_resealing_the_first_secret_may_go(
    link: ShareLink, north: Studio, alice_user: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    totp, hook = second_factor.begin(alice_user), Webhook(studio=north, url="https://example.com/")
    signing = hook.new_secret()
    with acting_in(north):
        hook.save(force_insert=True)
    change(settings)
    assert (token_of(link), second_factor.pending(alice_user), link.is_password("come in")) == (TOKEN, totp, True)
    assert not link.is_password("come out")
    call_command("reseal")
    assert "no secret that is named: 0." in capsys.readouterr().out
    forget_the_first(settings)
    alice_user.refresh_from_db()
    assert (token_of(link), second_factor.pending(alice_user)) == (TOKEN, totp)
    with acting_in(north):
        assert Webhook.objects.for_studio(north).get().secrets(hook.created_at) == [signing]


def test_without_resealing_what_was_sealed_goes_with_the_first_secret(link: ShareLink, settings: Settings) -> None:
    change(settings)
    forget_the_first(settings)
    assert token_of(link) == ""
    assert not link.is_password("come in")


def test_what_no_secret_opens_is_told_and_stays(
    link: ShareLink, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = link.token_sealed
    change(settings)
    forget_the_first(settings)
    call_command("reseal")
    assert "no secret that is named: 1." in capsys.readouterr().out
    with acting_in(link.studio_id):
        assert ShareLink.objects.for_studio(link.studio_id).get(pk=link.pk).token_sealed == before


def test_who_is_signed_in_stays_so_and_signatures_hold(alice: Client, settings: Settings) -> None:
    signed = Signer(salt="cookie").sign("pass")
    change(settings)
    assert alice.get("/studio/north/albums/").status_code == 200
    assert Signer(salt="cookie").unsign(signed) == "pass"


def test_every_column_with_something_sealed_is_resealed() -> None:
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if "seal" in field.name
    }
    listed = {(model._meta.label, column) for model, column, _purpose in SEALED}
    assert found <= listed
    assert listed - found == {("webhooks.Webhook", "former")}
