"""Names of hosts as people type them, and which of them a studio may take."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import idna
from django.conf import settings

from apps.web.public_url import public_host
from apps.web.refusal import Refusal

# Below it stands the text that proves a domain.
PREFIX: Final = "_glassine"
# Of a name in all (RFC 1035), less what is put before it.
LONGEST: Final = 253 - len(PREFIX) - 1
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


class BadDomain(Refusal):
    """No name of a host that a studio can have; the message says why."""

    status = 422
    code = "bad_domain"
    sentence = "Write the name of a host, such as photos.example.com."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence, fields={"host": [sentence or self.sentence]})


def understood(text: str) -> str:
    """The name as certificates and DNS write it: lower case, letters of other scripts as `xn--`. Raises BadDomain.

    A pasted address is read by its host.
    """
    name = text.strip().lower()
    name = re.sub(r"^https?://", "", name).partition("/")[0].rstrip(".")
    if ":" in name:
        raise BadDomain("Write the name alone, without a port.")
    if _is_address(name):
        raise BadDomain("Write a name. An IP address can’t be used here.")
    try:
        name = idna.encode(name, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        raise BadDomain from None
    labels = name.split(".")
    is_name = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not is_name or len(name) > LONGEST or labels[-1].isdigit():
        raise BadDomain
    if is_of_installation(name):
        raise BadDomain("This host belongs to the installation. Use a domain that you own.")
    return name


def is_of_installation(name: str) -> bool:
    """True for the hosts that the installation itself answers to, and for all below these."""
    own = {public_host(), *(host.lstrip(".").lower() for host in settings.ALLOWED_HOSTS)} - {"*", ""}
    return any(name == host or name.endswith(f".{host}") for host in own)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
