"""G32 by the hundred: generated bad files of every kind never take a worker along, and each ends with a reason."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from apps.media import cas, handover, jail
from apps.media.formats import FORMATS, HEAD_BYTES, BadFile, is_sidecar, sniff
from apps.media.jail import Crashed, Rejected
from apps.uploads import sidecars
from tests.amounts import amount
from tests.media import bad_files
from tests.media.bad_files import KINDS, bad_file, good

FILES = amount(suite=250, long=5_000)
#: Seconds of computing after which somebody who waits for a reason gives up.
PATIENCE = 60.0
_FILM_LIMITS = jail.Limits(memory_bytes=1_100_000_000, cpu_seconds=60, wall_seconds=90.0)


@pytest.fixture(autouse=True, scope="module")
def _alone() -> Iterator[None]:
    """No server of decoders but this module's."""
    jail.close()
    yield
    jail.close()


def _jailer() -> psutil.Process:
    """That of the decoders; other tests may have left one of another crew."""
    return psutil.Process(jail._servers[jail.DECODERS].process.pid)


@dataclass
class Ends:
    """How files ended, and the longest that one of them was computed on (CPU seconds)."""

    folder: Path
    count: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    def take(self, content: bytes, *, plays: bool) -> str:
        """Bring one file as an upload and the worker do; how it ended, in a word, and why.

        plays: a video that has a poster is made a copy that plays, too.
        """
        source, out = self.folder / "source", self.folder / "out"
        source.write_bytes(content)
        out.mkdir()
        try:
            return self._taken(source, out, plays=plays)
        except BadFile as refused:
            return f"refused: {refused.reason}"
        except Rejected as rejected:
            return f"refused: {rejected.reason}"
        except Crashed as crashed:
            return f"stopped: {crashed.reason}"
        finally:
            shutil.rmtree(out)

    def _taken(self, source: Path, out: Path, *, plays: bool) -> str:
        stored = cas.receive_path(source)
        if is_sidecar(stored.head):
            sidecars.marks_of(sidecars._text_of(stored))
            return "shown"
        sniff(stored.head)
        rendered = jail.render(source, out)
        if plays and FORMATS[rendered.format].kind == "video":
            jail.run("apps.media.video:playable", source, out, limits=_FILM_LIMITS, kind=rendered.format)
            assert (out / handover.VIDEO).stat().st_size
        return "shown"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != bad_files.JXL])
def test_what_bad_files_are_made_of_is_good(kind: str, tmp_path: Path) -> None:
    assert Ends(tmp_path).take(good(kind), plays=True) == "shown"
    if kind in FORMATS:
        assert sniff(good(kind)[:HEAD_BYTES]) == FORMATS[kind]


def test_the_same_number_makes_the_same_file() -> None:
    assert [bad_file(number).content for number in (7, 300)] == [bad_file(number).content for number in (7, 300)]
    assert {(one.kind, one.deed) for one in bad_files.bad_files(153)} == {
        (kind, deed) for kind in KINDS for deed in bad_files._DEEDS
    }


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(amount(suite=600, long=7200))
def test_g32_no_generated_file_takes_a_worker_along_and_each_has_a_reason(tmp_path: Path) -> None:
    ends = Ends(tmp_path)
    assert ends.take(good("PNG"), plays=False) == "shown"
    jailer = _jailer()
    for file in bad_files.bad_files(FILES):
        before = jailer.cpu_times()
        end = ends.take(file.content, plays=file.number % 8 == 0)
        after = jailer.cpu_times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        ends.longest = max(ends.longest, spent)
        word, _, reason = end.partition(": ")
        assert word == "shown" or reason.strip(), file
        assert "lost" not in reason, f"{file}: {reason}"
        assert spent < PATIENCE, f"{file}: {spent:.0f} s"
        ends.count[word] += 1
    # The server of decoders is the one that began, and this process is here to say so.
    assert jailer.is_running()
    assert jailer == _jailer()
    assert ends.take(good("PNG"), plays=False) == "shown"
    print(f"{FILES} bad files: {dict(ends.count)}, the longest {ends.longest:.1f} CPU s")
