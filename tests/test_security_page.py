"""docs/security.md answers each requirement of ASVS 5.0.0, levels 1 and 2, once, and what it says can be looked up."""

from __future__ import annotations

import ast
import re
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from apps.accounts import credentials, second_factor, sessions, sign_up, signing_in
from apps.accounts.models import BrowserSession, Invitation, RefreshToken
from apps.accounts.passwords import CONTEXT_WORDS
from apps.sharing.links import lifecycle
from apps.sharing.models import Visitor
from tests.test_guarantees import NAMED, ROOT, functions_in

PAGE = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# What would speak what the page says that Glassine does not: top-level modules of Python.
ABSENT = {
    "LDAP": {"ldap", "ldap3"},
    "XML": {"xml.etree", "xml.dom", "xml.sax.expatreader", "lxml", "defusedxml", "pyexpat", "xmltodict"},
    "LaTeX": {"pylatex", "latex", "pdflatex"},
    "Java": {"jpype", "py4j", "jnius"},
    "memcached": {"memcache", "pymemcache", "pylibmc", "bmemcached"},
    "GraphQL": {"graphene", "strawberry", "ariadne", "graphql"},
    "another identity provider": {"saml2", "onelogin", "allauth", "social_django", "mozilla_django_oidc"},
    "OAuth": {"oauthlib", "authlib", "oauth2_provider", "requests_oauthlib"},
    "WebRTC": {"aiortc", "aioice", "pylibsrtp"},
    "unsafe deserialization": {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"},
    "weak randomness": {"random"},
}
# Where `random` decides an order and no secret: the drill reads files in any order.
# The XMP that a file brings is read in the jail, once it is seen to have neither document type nor entity.
ALLOWED = {"weak randomness": {"apps/backups/drill.py"}, "XML": {"apps/media/metadata/embed/packet.py"}}
# What scripts keep in the browser: theme, pace of a slideshow, chosen and saved photos by id, hearts and words that
# wait, addresses of unfinished uploads. Nothing of it opens anything without the cookie.
KEEPERS = {
    "guest/compare_tray.js", "guest/drafts.js", "guest/save_photos.js", "guest/slideshow.js", "guest/waiting.js",
    "studio/people.js", "studio/shell.js", "upload/interrupted.js", "upload/parts.js",
}  # fmt: skip


def requirements() -> dict[str, int]:
    """Level by id."""
    lines = (ROOT / "tests/data/asvs_5_0_0.txt").read_text().splitlines()
    return {name: int(level) for name, level in (line.split() for line in lines if not line.startswith("#"))}


def kind_of(proof: str) -> str:
    """Which of the three answers the last cell of a row gives."""
    if proof.startswith("**Open:**"):
        return "open"
    return "reason" if proof.startswith("*Reason:*") else "test"


@cache
def imported() -> dict[str, set[str]]:
    """The modules that each file of the product imports."""
    found: dict[str, set[str]] = {}
    for path in [*(ROOT / "apps").rglob("*.py"), *(ROOT / "config").rglob("*.py")]:
        nodes = list(ast.walk(ast.parse(path.read_text())))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        found[str(path.relative_to(ROOT))] = names
    return found


def test_every_requirement_is_answered_once() -> None:
    ids = [row[0] for row in ROW.findall(PAGE.read_text())]
    assert Counter(ids) == Counter(list(requirements()))
    assert PAGE.read_text().count("\n| V") == len(ids)


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 200
    assert sorted({f"{path}::{name}" for path, name in named if name not in functions_in(path)}) == []


def test_what_holds_names_a_test_and_what_does_not_says_what_is_missing() -> None:
    for name, _asks, answer, proof in ROW.findall(PAGE.read_text()):
        assert len(answer) > 10, name
        if kind_of(proof) == "test":
            assert NAMED.search(proof), name
        else:
            assert len(proof) > 30, name


def test_nothing_is_open_and_at_most_a_fifth_is_answered_by_a_reason_alone() -> None:
    kinds = [kind_of(row[3]) for row in ROW.findall(PAGE.read_text())]
    assert kinds.count("reason") * 5 <= len(kinds)
    assert kinds.count("open") == 0


def test_the_counts_at_the_top_are_true_and_all_that_is_open_stands_there() -> None:
    text = PAGE.read_text()
    rows = ROW.findall(text)
    kinds = Counter(kind_of(row[3]) for row in rows)
    top = text.partition("\n## V1 ")[0]
    told = dict(re.findall(r"^\| (with a test|with a reason|open) \| (\d+) \|$", top, re.MULTILINE))
    assert told == {
        "with a test": str(kinds["test"]),
        "with a reason": str(kinds["reason"]),
        "open": str(kinds["open"]),
    }
    listed = set(re.findall(r"\bV\d+\.\d+\.\d+\b", top.partition("### Open")[2].partition("\n## ")[0]))
    assert listed == {row[0] for row in rows if kind_of(row[3]) == "open"}


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    text = " ".join(PAGE.read_text().split())
    for said in (
        f"{BrowserSession.IDLE.days} days without use",
        f"{timedelta(seconds=settings.SESSION_COOKIE_AGE).days} days after signing in",
        f"{int(credentials.ACCESS_LIFETIME.total_seconds() // 60)} minutes for an access token",
        f"{RefreshToken.LIFETIME.days} days for a refresh token",
        f"{sessions.LONGEST.days} days for the whole session of a program",
        f"{signing_in.ACCOUNT.tries} tries for an account in {signing_in.ACCOUNT.window // 60} minutes",
        f"{signing_in.ADDRESS.tries} for an IP address",
        f"{second_factor.CODES.tries} codes in {second_factor.CODES.window // 60} minutes",
        f"{Invitation.LIFETIME.days} days for an invitation",
        f"{int(sign_up.SIGN_UP_LIFETIME.total_seconds() // 3600)} hours for a sign-up",
        f"{settings.PASSWORD_RESET_TIMEOUT // 60} minutes for a reset link",
        f"{int(Visitor.CODE_VALID.total_seconds() // 60)} minutes for a guest's code",
        f"{lifecycle.PASSWORD_SHORTEST} characters for a link's password",
        f"{settings.MAX_PHOTO_BYTES // 1000**2} MB for a photo",
        f"{settings.MAX_VIDEO_BYTES // 1000**3} GB for a video",
    ):
        assert said in text, said


def test_the_page_lists_the_words_that_are_no_passwords() -> None:
    told = PAGE.read_text().partition("Words that are no password:")[2].partition("\n\n")[0]
    assert set(re.findall(r"[a-z]+", told)) == set(CONTEXT_WORDS)


@pytest.mark.parametrize("what", ABSENT)
def test_nothing_imports_what_the_page_says_is_not_there(what: str) -> None:
    def is_one(name: str) -> bool:
        return any(name == one or name.startswith(f"{one}.") for one in ABSENT[what])

    found = {path for path, names in imported().items() if any(is_one(name) for name in names)}
    assert found == ALLOWED.get(what, set())


def test_nothing_evaluates_text() -> None:
    """No `eval`, `exec` or shell. Method names (Redis' EVAL) are something else."""
    forbidden = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
    named = re.compile(r"\b(eval|exec|compile|__import__|system|popen|shell)\b")
    found = []
    for path in [*(ROOT / "apps").rglob("*.py"), *(ROOT / "config").rglob("*.py")]:
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if named.search(text) else ():
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
            shell = [word for word in node.keywords if word.arg == "shell"]
            if called in forbidden or shell:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {called}")
    assert found == []


def test_scripts_evaluate_nothing_and_take_no_messages_of_other_windows() -> None:
    forbidden = re.compile(r"\beval\(|new Function\(|document\.write|postMessage|window\.onmessage|JSONP|__proto__")
    sources = [path for path in (ROOT / "static/js").rglob("*.js") if "vendor" not in path.parts]
    assert [str(path) for path in sources if forbidden.search(path.read_text())] == []


def test_scripts_keep_in_the_browser_only_what_is_known() -> None:
    folder = ROOT / "static/js"
    kept = re.compile(r"(localStorage|sessionStorage)\.setItem|indexedDB|document\.cookie")
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.js") if kept.search(path.read_text())} == KEEPERS


def test_the_log_has_one_way_out_which_redacts() -> None:
    assert settings.LOGGING["handlers"] == {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}
    }


def test_hashes_for_secrets_are_of_the_sha_2_and_blake_2_families() -> None:
    """SHA-1 stands in three places: TOTP, as RFC 6238 has it, the checksum that tus asks for,
    and the hash by which Immich and Lychee know their files. MD5 in one: the digest of IPTC that Photoshop prescribes.
    """
    weak = re.compile(r"\b(md5|sha1)\b", re.IGNORECASE)
    found = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "apps").rglob("*.py"), *(ROOT / "config").rglob("*.py")]
        if weak.search(path.read_text())
    }
    assert found == {
        "apps/accounts/second_factor.py",
        "apps/media/metadata/embed/iptc.py",
        "apps/uploads/remote/immich.py",
        "apps/uploads/remote/lychee.py",
        "apps/uploads/remote/source.py",
        "apps/uploads/tus_headers.py",
    }


def test_a_page_that_is_not_there_names_no_file(tmp_path: Path) -> None:
    """The helper that looks tests up tells a missing file apart from a full one."""
    assert functions_in(str(tmp_path / "absent.py")) == frozenset()
