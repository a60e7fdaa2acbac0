"""Passkeys: what a device signed for this person, this site and this question opens; nothing else does."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode
from pytest_django.fixtures import Settings

from apps.accounts import passkeys
from apps.accounts.models import Passkey, User
from tests.factories import PASSWORD

SITE = "https://photos.example.com"
PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


@pytest.fixture(autouse=True)
def named(settings: Settings) -> None:
    settings.PUBLIC_URL = SITE


@dataclass
class Device:
    """An authenticator in software: one key, made for the person that the server names."""

    site: str = SITE
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    person: str = ""

    def make(self, options: dict[str, Any]) -> str:
        asked = options["publicKey"]
        self.person = asked["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        made = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(asked["rp"]["id"], self.flags | MADE) + made
        response = {"attestationObject": _text(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data}))}
        return self._said("webauthn.create", asked["challenge"], response)

    def sign(self, options: dict[str, Any]) -> str:
        asked = options["publicKey"]
        self.counter += 1
        data = self._data(asked["rpId"], self.flags)
        client = self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"authenticatorData": _text(data), "signature": _text(signature), "userHandle": self.person}
        return self._said("webauthn.get", asked["challenge"], response)

    def _data(self, name: str, flags: int) -> bytes:
        return hashlib.sha256(name.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.site}).encode()

    def _said(self, kind: str, challenge: str, response: dict[str, str]) -> str:
        response["clientDataJSON"] = _text(self._client(kind, challenge))
        return json.dumps({"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": response})


def _text(data: bytes) -> str:
    return websafe_encode(data)


def ask(client: Client, address: str, **fields: str) -> dict[str, Any]:
    answer = client.post(address, fields)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def given(client: Client, device: Device) -> None:
    made = device.make(ask(client, "/account/passkeys/ask/", current=PASSWORD))
    assert ask(client, "/account/passkeys/", answer=made, name="Phone") == {"url": "/account/security/"}


def shown(device: Device, client: Client | None = None, **fields: str) -> tuple[int, Client]:
    client = client or Client()
    signed = device.sign(ask(client, "/login/passkey/ask/"))
    return client.post("/login/passkey/", {"answer": signed, **fields}).status_code, client


def test_a_passkey_opens_the_studio_of_its_person_also_past_the_second_factor(alice: Client, alice_user: User) -> None:
    device = Device()
    given(alice, device)
    User.objects.update(totp_since="2026-01-01T00:00Z")
    status, client = shown(device)
    assert status == 200
    assert client.get("/", follow=True).redirect_chain == [("/studio/north/albums/", 302)]
    assert Passkey.objects.get().sign_count == device.counter
    assert "Phone" in client.get("/account/security/").content.decode()


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(Device(site="https://photos.example.com.evil.test"), id="for another site"),
        pytest.param(Device(site="https://other.photos.example.com"), id="for a site below this one"),
        pytest.param(Device(site="http://photos.example.com"), id="without https"),
        pytest.param(Device(flags=PRESENT), id="without a finger"),
    ],
)
def test_what_is_signed_for_another_site_or_by_nobody_opens_nothing(device: Device, alice: Client) -> None:
    honest = Device(key=device.key, id=device.id)
    given(alice, honest)
    device.person = honest.person
    assert shown(device)[0] == 401
    made = Device(site=device.site, flags=device.flags).make(ask(alice, "/account/passkeys/ask/", current=PASSWORD))
    assert alice.post("/account/passkeys/", {"answer": made}).status_code == 401
    assert Passkey.objects.count() == 1


def test_an_answer_counts_once_and_for_its_own_question(alice: Client) -> None:
    device, client = Device(), Client()
    given(alice, device)
    first = device.sign(ask(client, "/login/passkey/ask/"))
    second = device.sign(ask(client, "/login/passkey/ask/"))
    assert client.post("/login/passkey/", {"answer": first}).status_code == 401
    # The question is spent by a wrong answer too.
    assert client.post("/login/passkey/", {"answer": second}).status_code == 401
    third = device.sign(ask(client, "/login/passkey/ask/"))
    assert client.post("/login/passkey/", {"answer": third}).status_code == 200
    assert Client().post("/login/passkey/", {"answer": third}).status_code == 401


def test_a_key_whose_counter_stands_still_is_a_copy(alice: Client) -> None:
    device = Device()
    given(alice, device)
    assert shown(device)[0] == 200
    device.counter -= 1
    assert shown(device)[0] == 401


def test_a_key_of_nobody_and_a_key_that_names_somebody_else_open_nothing(alice: Client, charlie_user: User) -> None:
    device = Device()
    given(alice, device)
    assert shown(Device(person=device.person))[0] == 401
    device.person = _text(charlie_user.pk.bytes)
    assert shown(device)[0] == 401
    User.objects.exclude(pk=charlie_user.pk).update(is_active=False)
    assert shown(Device(key=device.key, id=device.id))[0] == 401


@pytest.mark.parametrize("answer", ["", "{", "[]", "{}", '{"rawId": 1}', '{"id": "a", "rawId": "a", "response": {}}'])
def test_what_is_no_answer_is_refused(answer: str, alice: Client) -> None:
    ask(alice, "/login/passkey/ask/")
    assert alice.post("/login/passkey/", {"answer": answer}).status_code == 401
    ask(alice, "/account/passkeys/ask/", current=PASSWORD)
    assert alice.post("/account/passkeys/", {"answer": answer}).status_code == 401


def test_adding_and_removing_ask_for_the_password_and_removing_is_for_the_own(alice: Client, charlie: Client) -> None:
    assert alice.post("/account/passkeys/ask/", {"current": "something else"}).status_code == 401
    device = Device()
    given(alice, device)
    address = f"/account/passkeys/{Passkey.objects.get().pk}/remove/"
    assert charlie.post(address, {"current": PASSWORD}).status_code == 404
    for wrong in ({}, {"current": "something else"}):
        assert alice.post(address, wrong).status_code == 303
    assert shown(device)[0] == 200
    assert alice.post(address, {"current": PASSWORD}).status_code == 303
    assert shown(device)[0] == 401


def test_a_device_has_one_passkey_and_a_person_at_most_ten(
    alice: Client, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "MOST", 2)
    device = Device()
    given(alice, device)
    asked = ask(alice, "/account/passkeys/ask/", current=PASSWORD)
    assert [one["id"] for one in asked["publicKey"]["excludeCredentials"]] == [_text(device.id)]
    assert alice.post("/account/passkeys/", {"answer": device.make(asked)}).status_code == 409
    given(alice, Device())
    assert alice.post("/account/passkeys/ask/", {"current": PASSWORD}).status_code == 409


@pytest.mark.parametrize(
    ("url", "offered"),
    [(SITE, True), ("http://localhost:8000", True), ("http://127.0.0.1:8000", False), ("https://192.0.2.7", False),
     ("http://photos.example.com", False), ("https://[2001:db8::1]", False)],
)  # fmt: skip
def test_passkeys_are_offered_where_browsers_make_them(
    url: str, offered: bool, nobody: Client, alice_user: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = url
    assert ("Sign in with a passkey" in nobody.get("/login/").content.decode()) is offered
    assert nobody.post("/login/passkey/ask/").status_code == (200 if offered else 404)
