"""`make quick` leaves out what the list says, and the list says what took longest."""

from __future__ import annotations

from pathlib import Path

from tests import unhurried

REPORT = """<testsuites><testsuite>
<testcase classname="tests.albums.test_bulk" name="test_many[a.b::c]" time="0.4"/>
<testcase classname="tests.albums.test_bulk" name="test_many[2]" time="0.1"/>
<testcase classname="tests.albums.test_bulk.TestMore" name="test_few" time="0.3"/>
<testcase classname="tests.albums.test_bulk" name="test_one" time="0.05"/>
</testsuite></testsuites>"""


def test_the_slow_ones_of_a_report_are_named_as_pytest_names_them(tmp_path: Path) -> None:
    report = tmp_path / "times.xml"
    report.write_text(REPORT)
    named = unhurried.slowest(unhurried.times_of(report), 0.2)
    assert named == ["tests/albums/test_bulk.py::TestMore::test_few", "tests/albums/test_bulk.py::test_many"]
    assert unhurried.is_in("tests/albums/test_bulk.py::test_many[a.b::c]", frozenset(named))
    assert not unhurried.is_in("tests/albums/test_bulk.py::test_many_more", frozenset(named))


def test_the_list_names_files_that_there_are_and_not_most_of_the_suite() -> None:
    files = {name.partition("::")[0] for name in unhurried.listed()}
    gone = sorted(name for name in files if not (unhurried.LIST.parent.parent / name).exists())
    assert gone == []
    assert 100 < len(unhurried.listed()) < 2_000
