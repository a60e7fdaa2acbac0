"""The nginx configuration of docker/ with a real nginx: files, uploads as they arrive, sockets, no tokens."""

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.installation import free_port
from tests.nginx import NGINX, render, write_certificate

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not NGINX, reason="there is no nginx on this machine")]
FILE = bytes(range(256)) * 4096
SAFETY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "cache-control": "private, max-age=30",
    "etag": '"opaque"',
    "vary": "Cookie",
    "content-type": "image/webp",
}


@dataclass
class Upstream:
    """A tiny server in the application's place. Remembers heads, and when the first bytes of a body came."""

    port: int
    heads: list[str] = field(default_factory=list)
    body_began: threading.Event = field(default_factory=threading.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        path = head.split()[1]
        if path.endswith("broken"):
            pass
        elif path.startswith("/m/"):
            told = "".join(f"{name}: {value}\r\n" for name, value in SAFETY.items())
            writer.write(
                f"HTTP/1.1 200 OK\r\n{told}X-Accel-Redirect: /_bytes/a/photo\r\nContent-Length: 0\r\n\r\n".encode()
            )
        elif path.startswith("/ws/"):
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            writer.write(await reader.readexactly(5))
        elif head.startswith(("PUT", "POST")):
            await reader.readexactly(1)
            self.body_began.set()
            length = int(
                next(line for line in head.splitlines() if line.lower().startswith("content-length")).split()[1]
            )
            await reader.readexactly(length - 1)
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nX-Frame-Options: DENY\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()


@dataclass
class House:
    """nginx with our configuration before the tiny server."""

    upstream: Upstream
    http: int
    https: int
    log: Path

    def talk(self) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.https), timeout=20))

    def get(self, path: str, *lines: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (two of a name joined by `; AND `), body."""
        with self.talk() as talk:
            extra = "".join(f"{line}\r\n" for line in lines)
            talk.sendall(
                f"GET {path} HTTP/1.1\r\nHost: photos.example.com\r\nConnection: close\r\n{extra}\r\n".encode()
            )
            answer = b"".join(iter(lambda: talk.recv(1 << 16), b""))
        head, body = answer.split(b"\r\n\r\n", 1)
        status, *rest = head.decode().split("\r\n")
        headers: dict[str, str] = {}
        for line in rest:
            name, value = line.split(": ", 1)
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}; AND {value}"
        return int(status.split()[1]), headers, body


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("nginx")
    (directory / "storage" / "a").mkdir(parents=True)
    (directory / "storage" / "a" / "photo").write_bytes(FILE)
    write_certificate(directory)
    upstream, http, https = Upstream(free_port()), free_port(), free_port()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(upstream.answer, "127.0.0.1", upstream.port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert NGINX is not None
    config = render(directory, [f"127.0.0.1:{upstream.port}"], http, https)
    nginx = subprocess.Popen([NGINX, "-p", str(directory), "-e", str(directory / "error.log"), "-c", str(config)])
    deadline = time.monotonic() + 20
    while socket.socket().connect_ex(("127.0.0.1", https)) != 0:
        assert nginx.poll() is None, (directory / "error.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield House(upstream, http, https, directory / "access.log")
    nginx.terminate()
    nginx.wait(20)
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_a_file_named_by_the_application_is_sent_by_nginx_with_every_safety_header_once(house: House) -> None:
    status, headers, body = house.get("/m/album/photo/web.mac.webp")
    assert (status, body == FILE) == (200, True)
    assert {name: headers.get(name) for name in SAFETY} == SAFETY
    assert "last-modified" not in headers
    assert "x-accel-redirect" not in headers


def test_a_part_of_a_file_is_sent_for_the_etag_of_the_application(house: House) -> None:
    status, headers, body = house.get("/m/album/photo/web.mac.webp", "Range: bytes=10-19", 'If-Range: "opaque"')
    assert (status, body) == (206, FILE[10:20])
    assert headers["content-range"] == f"bytes 10-19/{len(FILE)}"


def test_the_files_cannot_be_asked_for_directly(house: House) -> None:
    assert house.get("/_bytes/a/photo")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/studio/anna/albums/0191/upload",
        "/api/albums/0191/photos",
        "/api/upload",
        "/api/upload/multiple",
        "/api/uploads/tus/0191",
    ],
)
def test_an_upload_reaches_the_application_while_it_is_still_being_sent(house: House, path: str) -> None:
    house.upstream.body_began.clear()
    with house.talk() as talk:
        size = 3 << 20
        talk.sendall(f"PUT {path} HTTP/1.1\r\nHost: photos.example.com\r\nContent-Length: {size}\r\n\r\n".encode())
        talk.sendall(b"x" * (1 << 20))
        began_before_the_end = house.upstream.body_began.wait(10)
        talk.sendall(b"x" * (2 << 20))
        answer = talk.recv(1 << 12)
    assert began_before_the_end
    assert answer.startswith(b"HTTP/1.1 201")


def test_a_form_is_collected_before_the_application_sees_it(house: House) -> None:
    """So that a slow client of an ordinary page costs the application nothing; it shows the test above can fail."""
    house.upstream.body_began.clear()
    with house.talk() as talk:
        talk.sendall(b"POST /sign-in/ HTTP/1.1\r\nHost: photos.example.com\r\nContent-Length: 65536\r\n\r\n")
        talk.sendall(b"x" * 60000)
        began_before_the_end = house.upstream.body_began.wait(1)
        talk.sendall(b"x" * 5536)
        talk.recv(1 << 12)
    assert not began_before_the_end


def test_a_body_too_long_for_a_page_is_refused(house: House) -> None:
    with house.talk() as talk:
        talk.sendall(b"POST /sign-in/ HTTP/1.1\r\nHost: photos.example.com\r\nContent-Length: 20000000\r\n\r\n")
        assert talk.recv(1 << 12).startswith(b"HTTP/1.1 413")


def test_a_socket_is_passed_on(house: House) -> None:
    with house.talk() as talk:
        talk.sendall(
            b"GET /ws/studio/anna/albums/0191/ HTTP/1.1\r\nHost: photos.example.com\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\n\r\n"
        )
        answer = talk.recv(1 << 12)
        talk.sendall(b"hello")
        echoed = talk.recv(1 << 12)
    assert answer.startswith(b"HTTP/1.1 101")
    assert echoed == b"hello"
    head = house.upstream.heads[-1].lower()
    for line in ("host: photos.example.com", "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: https"):
        assert f"{line}\r\n" in head


def test_the_application_hears_the_clients_true_address_and_scheme(house: House) -> None:
    house.get("/", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http")
    head = house.upstream.heads[-1].lower()
    assert "x-forwarded-for: 127.0.0.1\r\n" in head
    assert "x-forwarded-proto: https\r\n" in head
    assert "host: photos.example.com\r\n" in head


def test_nginx_adds_no_second_security_header(house: House) -> None:
    assert house.get("/")[1]["x-frame-options"] == "DENY"


def test_plain_http_is_sent_to_https(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.http), timeout=10) as talk:
        talk.sendall(b"GET /g/token/ HTTP/1.1\r\nHost: photos.example.com\r\nConnection: close\r\n\r\n")
        answer = talk.recv(1 << 12).decode()
    assert answer.startswith("HTTP/1.1 308")
    assert "Location: https://photos.example.com/g/token/\r\n" in answer


def test_the_api_is_refused_and_not_led_on_over_plain_http(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.http), timeout=10) as talk:
        talk.sendall(b"GET /api/albums HTTP/1.1\r\nHost: photos.example.com\r\nConnection: close\r\n\r\n")
        assert talk.recv(1 << 12).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA"])
def test_ciphers_without_authenticated_encryption_are_refused(house: House, cipher: str) -> None:
    with house.talk() as talk:
        assert talk.version() == "TLSv1.3"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with (
        pytest.raises(ssl.SSLError),
        socket.create_connection(("127.0.0.1", house.https), timeout=20) as bare,
        context.wrap_socket(bare),
    ):
        pass


def test_trace_is_refused(house: House) -> None:
    with house.talk() as talk:
        talk.sendall(b"TRACE / HTTP/1.1\r\nHost: photos.example.com\r\nConnection: close\r\n\r\n")
        assert talk.recv(1 << 12).startswith(b"HTTP/1.1 405")


def test_no_log_holds_the_token_of_a_share_link(house: House) -> None:
    house.get("/g/SECRET-TOKEN/photos?page=2", "Referer: https://photos.example.com/g/SECRET-TOKEN/")
    deadline = time.monotonic() + 5
    while "/g/[token]/photos?page=2" not in house.log.read_text():
        assert time.monotonic() < deadline, house.log.read_text()
        time.sleep(0.05)
    assert "SECRET-TOKEN" not in house.log.read_text()


def test_not_even_the_error_log_holds_the_token(house: House) -> None:
    errors = house.log.with_name("error.log")
    assert house.get("/g/SECRET-TOKEN/broken")[0] == 502
    assert house.get("/other/broken")[0] == 502
    assert "/other/broken" in errors.read_text()
    assert "SECRET-TOKEN" not in errors.read_text()
