"""Which names of hosts a studio may take, and how they are written."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from apps.accounts.domain_names import LONGEST, BadDomain, understood


@pytest.fixture(autouse=True)
def installation(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://app.glassine.example:8443"
    settings.ALLOWED_HOSTS = ["app.glassine.example", "localhost", "127.0.0.1", "[::1]", ".lan.example"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("photos.example.com", "photos.example.com"),
        (" Photos.EXAMPLE.com. ", "photos.example.com"),
        ("https://photos.example.com/any/path", "photos.example.com"),
        ("fotos.müller.example", "fotos.xn--mller-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("ｐｈｏｔｏｓ。example.com", "photos.example.com"),
        ("a." * 118 + "example", "a." * 118 + "example"),
        # Whose own domain the installation stands in.
        ("glassine.example", "glassine.example"),
        ("myapp.glassine.example", "myapp.glassine.example"),
    ],
)
def test_a_name_is_written_as_dns_writes_it(typed: str, name: str) -> None:
    assert understood(typed) == name
    assert understood(name) == name


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "photos", "localhost", "photos.example.com:8000", "203.0.113.7", "[2001:db8::1]", "2001:db8::1",
        "10.1", "0x7f.1", "a..b.com", ".example.com", "-a.example.com", "a_b.example.com", "*.example.com", "a b.com",
        "photos@example.com", "x" * 64 + ".com", "a." * (LONGEST // 2) + "example.com", "photos.example.1",
        "app.glassine.example", "APP.glassine.example.", "deep.app.glassine.example", "127.0.0.1", "x.localhost",
        "lan.example", "a.lan.example", "http://", "/", "☃☃\x00.com", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_name_or_not_theirs_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadDomain) as refused:
        understood(typed)
    assert str(refused.value).endswith(".")
    assert refused.value.fields == {"host": [str(refused.value)]}
