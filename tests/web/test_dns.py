"""Name servers are asked, by the protocol, at a real one on loopback."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.web import dns
from apps.web.dns import DnsRecords, RecordKind, Unresolved
from tests.dns_server import DnsServer, serving

HOST = "photos.example.com"


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with serving() as house:
        yield house


def ask(server: DnsServer, name: str, kind: RecordKind, seconds: float = 5) -> DnsRecords:
    return dns.ask(name, kind, [server.address], until=time.monotonic() + seconds)


def test_addresses_come_with_the_names_that_lead_to_them(server: DnsServer) -> None:
    server.records = {
        (HOST, "CNAME"): ["app.example.net"],
        ("app.example.net", "A"): ["198.51.100.1", "198.51.100.2"],
        ("app.example.net", "AAAA"): ["2001:db8::1"],
    }
    found = ask(server, HOST.upper(), RecordKind.A)
    assert found == DnsRecords(("198.51.100.1", "198.51.100.2"), ("app.example.net",))
    assert ask(server, HOST, RecordKind.AAAA).values == ("2001:db8::1",)


def test_the_strings_of_a_text_are_one(server: DnsServer) -> None:
    server.records = {(HOST, "TXT"): ["a" * 300, "glassine=1"]}
    assert ask(server, HOST, RecordKind.TXT).values == ("a" * 300, "glassine=1")


def test_what_is_not_there_is_an_answer(server: DnsServer) -> None:
    server.records = {(HOST, "A"): ["198.51.100.1"]}
    assert ask(server, HOST, RecordKind.TXT) == DnsRecords()
    assert ask(server, "no.example.com", RecordKind.TXT) == DnsRecords()


def test_what_is_too_long_for_udp_comes_by_tcp(server: DnsServer) -> None:
    server.records, server.is_short = {(HOST, "TXT"): ["b" * 250] * 9}, True
    assert len(ask(server, HOST, RecordKind.TXT).values) == 9
    assert [way for *_, way in server.asked] == ["udp", "tcp"]


def test_the_next_server_is_asked(server: DnsServer) -> None:
    server.records = {(HOST, "A"): ["198.51.100.1"]}
    with serving() as broken:
        broken.code = 2
        found = dns.ask(HOST, RecordKind.A, [broken.address, server.address], until=time.monotonic() + 5)
    assert found.values == ("198.51.100.1",)
    assert broken.asked


@pytest.mark.parametrize("fault", ["code", "is_foreign"])
def test_a_failure_and_the_answer_to_something_else_are_none(server: DnsServer, fault: str) -> None:
    server.records = {(HOST, "A"): ["198.51.100.1"]}
    setattr(server, fault, 2 if fault == "code" else True)
    with pytest.raises(Unresolved):
        ask(server, HOST, RecordKind.A)


def test_silence_ends(server: DnsServer) -> None:
    server.is_silent = True
    with pytest.raises(Unresolved):
        ask(server, HOST, RecordKind.A, seconds=0.05)
    with pytest.raises(Unresolved):
        dns.ask(HOST, RecordKind.A, [], until=time.monotonic() + 5)


@pytest.mark.parametrize("name", ["", "a..b", "a" * 64 + ".com", "bücher.example"])
def test_what_is_no_name_is_not_sent(server: DnsServer, name: str) -> None:
    with pytest.raises(Unresolved):
        ask(server, name, RecordKind.A)
    assert server.asked == []


@given(st.binary(max_size=80))
def test_no_answer_that_is_made_up_does_more_than_be_refused(data: bytes) -> None:
    question = dns._question(7, HOST, RecordKind.TXT)
    head = b"\x00\x07\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00"
    for message in (data, head + data, head + question[12:] + data):
        try:
            dns._read(message, 7, HOST, RecordKind.TXT)
        except (ValueError, IndexError, OSError, struct.error):
            continue


def test_a_name_that_points_at_itself_ends() -> None:
    question = dns._question(7, HOST, RecordKind.A)
    circle = b"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + question[12:]
    circle += bytes([0xC0, len(circle)]) + b"\0" * 10
    with pytest.raises(ValueError, match="points nowhere"):
        dns._read(circle, 7, HOST, RecordKind.A)


def test_the_machines_own_servers_are_read() -> None:
    text = "# by hand\nsearch example.com\nnameserver 192.0.2.1\nnameserver 2001:db8::53\noptions ndots:2\nnameserver\n"
    assert dns.servers_of(text) == (("192.0.2.1", 53), ("2001:db8::53", 53))
