"""A host is a studio's once DNS proves it, and no longer than it does, with some days' patience."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts import domains, domains_api, hosts
from apps.accounts.access import enter
from apps.accounts.domain_names import BadDomain
from apps.accounts.models import Domain, DomainState, Email, Studio, User
from apps.accounts.tenancy import acting_in
from apps.web.rate_limit import RateLimit
from tests.accounts.callers import bearer
from tests.dns_server import DnsServer, serving

pytestmark = pytest.mark.django_db

HOST, OWN = "photos.example.com", "app.glassine.example"


@pytest.fixture(autouse=True)
def dns(settings: Settings) -> Iterator[DnsServer]:
    """A world in which the installation has two addresses."""
    settings.PUBLIC_URL = f"https://{OWN}"
    with serving() as server:
        settings.DNS_SERVERS = (server.address,)
        server.records = {(OWN, "A"): ["198.51.100.1"], (OWN, "AAAA"): ["2001:db8::1"]}
        hosts.forget()
        yield server
        hosts.forget()


def named(studio: Studio, user: User, host: str = HOST) -> Domain:
    with acting_in(studio):
        return domains.name(enter(user, studio.slug), host)


def look(studio: Studio, user: User) -> Domain:
    with acting_in(studio):
        seen = domains.check(enter(user, studio.slug))
    assert seen is not None
    return seen


def verified(server: DnsServer, studio: Studio, user: User, host: str = HOST) -> Domain:
    domain = named(studio, user, host)
    server.records |= {(domain.record, "TXT"): ["v=spf1", domain.text], (host, "CNAME"): [OWN]}
    seen = look(studio, user)
    assert (seen.state, seen.problem) == (DomainState.VERIFIED, "")
    return seen


def host_of(studio: Studio) -> str:
    with acting_in(studio):
        return Studio.objects.get(pk=studio.pk).host


def test_a_domain_waits_for_its_records_and_says_which(dns: DnsServer, north: Studio, alice_user: User) -> None:
    domain = named(north, alice_user, "Photos.example.com.")
    assert (domain.state, domain.record, domain.target) == ("pending", f"_glassine.{HOST}", OWN)
    seen = look(north, alice_user)
    assert seen.state == DomainState.FAILED
    assert seen.problem == (
        f"The TXT record _glassine.{HOST} doesn’t exist. It has to say “{domain.text}”. "
        f"{HOST} leads nowhere. It has to lead to {OWN} (198.51.100.1, 2001:db8::1)."
    )
    assert host_of(north) == ""


@pytest.mark.parametrize(
    "records",
    [{"CNAME": [OWN]}, {"A": ["198.51.100.1"]}, {"A": ["198.51.100.1"], "AAAA": ["2001:db8::1"]}],
    ids=["alias", "one address", "both"],
)
def test_it_is_verified_by_both_of_its_records(
    dns: DnsServer, north: Studio, alice_user: User, records: dict[str, list[str]]
) -> None:
    domain = named(north, alice_user)
    dns.records |= {(HOST, kind): values for kind, values in records.items()}
    assert "TXT record" in look(north, alice_user).problem
    dns.records[domain.record, "TXT"] = [domain.text]
    seen = look(north, alice_user)
    assert (seen.state, seen.problem, host_of(north)) == (DomainState.VERIFIED, "", HOST)
    assert hosts.is_verified(HOST.upper())


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ({(HOST, "A"): ["203.0.113.9"]}, "leads to 203.0.113.9. It has to lead to"),
        ({(HOST, "A"): ["198.51.100.1", "203.0.113.9"]}, "leads to 198.51.100.1, 203.0.113.9."),
        ({(f"_glassine.{HOST}", "TXT"): ["glassine=" + "0" * 32]}, "says “glassine=0000"),
        ({(f"_glassine.{HOST}", "TXT"): ["x" * 900]}, "x…”"),
    ],
)
def test_what_was_seen_is_said(
    dns: DnsServer, north: Studio, alice_user: User, records: dict[tuple[str, str], list[str]], problem: str
) -> None:
    domain = named(north, alice_user)
    dns.records |= {(domain.record, "TXT"): [domain.text], (HOST, "A"): ["198.51.100.1"], **records}
    seen = look(north, alice_user)
    assert seen.state == DomainState.FAILED
    assert problem in seen.problem
    assert len(seen.problem) < 400


def test_another_host_is_another_proof(dns: DnsServer, north: Studio, alice_user: User) -> None:
    first = verified(dns, north, alice_user)
    assert named(north, alice_user).pk == first.pk
    second = named(north, alice_user, "bilder.example.com")
    assert second.proof != first.proof
    assert host_of(north) == ""
    assert not hosts.is_verified(HOST)


def test_a_host_that_another_studio_has_proved_is_refused(
    dns: DnsServer, north: Studio, south: Studio, alice_user: User, charlie_user: User
) -> None:
    theirs = named(south, charlie_user)
    verified(dns, north, alice_user)
    named(south, charlie_user, "x.example.com")
    with pytest.raises(domains.HostTaken):
        named(south, charlie_user)
    assert theirs.state == DomainState.PENDING


def test_of_two_that_wait_for_one_host_the_second_is_told(
    dns: DnsServer, north: Studio, south: Studio, alice_user: User, charlie_user: User
) -> None:
    theirs = named(south, charlie_user)
    mine = verified(dns, north, alice_user)
    dns.records[mine.record, "TXT"].append(theirs.text)
    seen = look(south, charlie_user)
    assert (seen.state, seen.problem) == (DomainState.FAILED, domains.HostTaken.sentence)
    assert (host_of(south), host_of(north)) == ("", HOST)


def test_records_that_vanish_are_borne_with_for_days_and_the_owner_is_told_once(
    dns: DnsServer, north: Studio, alice_user: User, erin_user: User
) -> None:
    domain, now = verified(dns, north, alice_user), timezone.now()
    kept = dns.records.pop((HOST, "CNAME"))
    for hours in (7, 14, 70):
        domains.check_due(now + timedelta(hours=hours))
        assert host_of(north) == HOST
    for hours in (80, 87, 94):
        domains.check_due(now + timedelta(hours=hours))
        assert host_of(north) == ""
    with acting_in(north):
        emails = list(Email.objects.for_studio(north).filter(key__startswith="domain:"))
        held = domains.of(north)
    assert [(email.to, email.subject) for email in emails] == [
        ("alice@example.com", f"{HOST} no longer leads to your galleries")
    ]
    assert f"https://{OWN}/studio/north/domain/" in emails[0].words.text
    assert held is not None
    assert (held.pk, held.is_verified) == (domain.pk, False)
    dns.records[HOST, "CNAME"] = kept
    domains.check_due(now + timedelta(hours=101))
    assert host_of(north) == HOST


def test_records_that_come_back_in_time_change_nothing(dns: DnsServer, north: Studio, alice_user: User) -> None:
    verified(dns, north, alice_user)
    now, kept = timezone.now(), dns.records.pop((HOST, "CNAME"))
    domains.check_due(now + timedelta(hours=7))
    dns.records[HOST, "CNAME"] = kept
    domains.check_due(now + timedelta(hours=60))
    dns.records.pop((HOST, "CNAME"))
    domains.check_due(now + timedelta(hours=80))
    assert host_of(north) == HOST


def test_name_servers_that_fail_prove_nothing(dns: DnsServer, north: Studio, alice_user: User) -> None:
    verified(dns, north, alice_user)
    dns.code, now = 2, timezone.now()
    for days in (1, 5, 9):
        domains.check_due(now + timedelta(days=days))
    assert host_of(north) == HOST
    with acting_in(north):
        held = domains.of(north)
    assert held is not None
    assert held.problem == domains.NOBODY


def test_an_installation_at_an_address_is_where_that_address_is(
    dns: DnsServer, north: Studio, alice_user: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    domain = named(north, alice_user)
    dns.records |= {(domain.record, "TXT"): [domain.text], (HOST, "A"): ["127.0.0.1"]}
    assert look(north, alice_user).is_verified
    with acting_in(north):
        assert Studio.objects.get(pk=north.pk).base_url == f"http://{HOST}:8000"


def test_removing_it_gives_it_up_at_once(dns: DnsServer, north: Studio, alice_user: User) -> None:
    verified(dns, north, alice_user)
    with acting_in(north):
        domains.remove(enter(alice_user, "north"))
        assert domains.of(north) is None
    assert host_of(north) == ""
    assert not hosts.is_verified(HOST)


def test_the_schedule_looks_at_new_ones_soon_and_at_others_later(
    dns: DnsServer, north: Studio, alice_user: User
) -> None:
    named(north, alice_user)
    now = timezone.now()
    assert domains.check_due(now) == 1
    assert domains.check_due(now + timedelta(minutes=5)) == 0
    assert domains.check_due(now + timedelta(minutes=11)) == 1
    assert domains.check_due(now + timedelta(days=3)) == 1
    assert domains.check_due(now + timedelta(days=3, hours=5)) == 0


# -- the page --------------------------------------------------------------------------------------------------------

PAGE = "/studio/north/domain/"


def test_an_owner_names_checks_and_removes_it(dns: DnsServer, north: Studio, alice: Client) -> None:
    assert "Your own domain" in alice.get(PAGE).content.decode()
    assert alice.post(PAGE, {"host": "photos"}).status_code == 422
    assert alice.post(PAGE, {"host": HOST}).status_code == 303
    html = alice.get(PAGE).content.decode()
    proof = re.search(r"glassine=[0-9a-f]{32}", html)
    assert proof
    assert f"_glassine.{HOST}" in html
    alice.post(f"{PAGE}check/")
    assert "Not verified" in alice.get(PAGE).content.decode()
    dns.records |= {(f"_glassine.{HOST}", "TXT"): [proof[0]], (HOST, "CNAME"): [OWN]}
    alice.post(f"{PAGE}check/")
    html = alice.get(PAGE).content.decode()
    assert "Verified" in html
    assert f"{HOST}" in alice.get("/studio/north/settings/").content.decode()
    alice.post(f"{PAGE}remove/")
    assert host_of(north) == ""


def test_nobody_else_may(north: Studio, erin: Client, bob: Client, charlie: Client) -> None:
    for client, status in ((erin, 403), (bob, 403), (charlie, 404)):
        assert client.get(PAGE).status_code == status
        assert client.post(PAGE, {"host": HOST}).status_code == status
        assert client.post(f"{PAGE}check/").status_code == status
        assert client.post(f"{PAGE}remove/").status_code == status


def test_checks_are_bounded(north: Studio, alice_user: User, alice: Client) -> None:
    named(north, alice_user)
    for _ in range(domains.LOOKS.tries):
        alice.post(f"{PAGE}check/")
    alice.post(f"{PAGE}check/")
    assert "Too many attempts" in alice.get(PAGE).content.decode()


def test_the_api_names_tells_and_removes_it(dns: DnsServer, north: Studio, alice_user: User) -> None:
    caller, path = bearer(alice_user, "north"), "/api/settings/domain"
    assert caller.get(path).json() == {
        "host": "", "url": f"https://{OWN}", "state": None, "problem": "", "checked_at": None, "records": [],
    }  # fmt: skip
    refused = caller.put(path, {"host": "127.0.0.1"}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["fields"]["host"]) == (
        422,
        ["Write a name. An IP address can’t be used here."],
    )
    told = caller.put(path, {"host": HOST}, content_type="application/json").json()
    assert (told["host"], told["state"], told["records"][1]["value"]) == (HOST, "pending", OWN)
    dns.records |= {(one["name"], one["type"]): [one["value"]] for one in told["records"]}
    domains.check_due()
    assert caller.get(path).json()["url"] == f"https://{HOST}"
    assert caller.put(path, {"host": ""}, content_type="application/json").json()["state"] is None


# -- certificates ----------------------------------------------------------------------------------------------------


def test_the_proxy_is_told_of_verified_hosts_alone(dns: DnsServer, north: Studio, alice_user: User) -> None:
    ask, caller = "/api/system/domains/ask", Client()
    verified(dns, north, alice_user)
    assert caller.get(ask, {"domain": HOST}).status_code == 200
    for name in ("", "x.example.com", OWN, "ü.example", "a" * 300, f"{HOST}.evil.example"):
        assert caller.get(ask, {"domain": name}).status_code == 404
    assert caller.get(ask, {"domain": HOST}, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert caller.get(ask, {"domain": HOST}, REMOTE_ADDR="203.0.113.7").status_code == 404


def test_asking_is_bounded(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains_api, "ASKS", RateLimit("domain-ask", tries=2, window=60))
    answers = [Client().get("/api/system/domains/ask", {"domain": HOST}).status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_a_bad_name_says_so(north: Studio, alice_user: User) -> None:
    with pytest.raises(BadDomain):
        named(north, alice_user, OWN)
