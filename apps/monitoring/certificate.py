"""When the certificate of the public address ends, asked as a browser asks: by the name, over the network."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from apps.web.egress import CONNECT_SECONDS

# X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL.
_EXPIRED = 10


class CertificateEnded(Exception):
    """Browsers refuse it already."""


def ends_at(url: str) -> datetime | None:
    """The end of the certificate that the server at `url` shows.

    None where it cannot be looked at: no way from here to the public address, or an authority that only the browsers
    of that network know. Raises CertificateEnded.
    """
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=CONNECT_SECONDS) as bare,
            ssl.create_default_context().wrap_socket(bare, server_hostname=host) as line,
        ):
            shown = line.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            raise CertificateEnded from error
        return None
    except OSError:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
