"""A server that cannot prove its name gets nothing: neither events nor emails."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest
from django.core.mail.backends.smtp import EmailBackend

from apps.web.egress import Target
from apps.webhooks.sending import post
from tests.nginx import write_certificate


def test_a_webhook_does_not_go_to_a_server_that_cannot_prove_its_name(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    heard: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        bare, _ = listening.accept()
        try:
            with context.wrap_socket(bare, server_side=True) as talk:
                heard.append(talk.recv(100))
        except OSError:
            # The client hung up, as it should.
            bare.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(ssl.SSLCertVerificationError):
            post(Target("https", "photos.example.com", port, "/", ("127.0.0.1",)), b"{}", {})
        thread.join(10)
    assert heard in ([], [b""])


def test_the_mail_server_has_to_prove_its_name() -> None:
    context = EmailBackend(use_tls=True).ssl_context
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
