"""Requests to addresses that people typed: the name is resolved once, and the connection goes to that very address.

So an answer of the resolver that changes between look and use changes nothing. Redirects are not followed: whoever asks
with `http.client` over `connected` reads them as any other status.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. ips: checked addresses, in the order of the resolver; path: with its query."""

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...]

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return name if self.port == usual else f"{name}:{self.port}"


def ips_of(host: str, port: int) -> tuple[str, ...]:
    """What a name leads to now, each address once. Raises OSError if it is unknown."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def connected(target: Target, *, seconds: float) -> socket.socket:
    """A socket to the first of the checked addresses that answers, with TLS for https. Raises OSError.

    seconds: for each wait on the socket; connecting takes `CONNECT_SECONDS` at most for each address.
    """
    problem: OSError = OSError("no address")
    for ip in target.ips:
        try:
            bare = socket.create_connection((ip, target.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            problem = error
            continue
        bare.settimeout(seconds)
        if target.scheme == "http":
            return bare
        try:
            return ssl.create_default_context().wrap_socket(bare, server_hostname=target.host)
        except OSError:
            bare.close()
            raise
    raise problem
