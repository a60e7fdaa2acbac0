"""Hostile files and hostile decoders: G32 and G33."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from apps.media import heavy, jail, memory
from apps.media.formats import FORMATS
from apps.media.jail import Crashed, Limits, Rejected
from tests.media import hostile
from tests.media.corpus import Sample, bad, named

ROOT = Path(__file__).resolve().parents[2]
SOON = Limits(cpu_seconds=1, wall_seconds=5, memory_bytes=400_000_000, file_bytes=5_000_000)
SLOWLY = replace(SOON, cpu_seconds=30, wall_seconds=60)
Task = Callable[[Path, Path], dict[str, Any]]


@pytest.fixture(autouse=True, scope="module")
def _ended() -> Iterator[None]:
    yield
    jail.close()


def _in_jail(task: Task, source: Path, out_dir: Path, limits: Limits = SOON) -> dict[str, Any]:
    return jail.run(f"{task.__module__}:{task.__name__}", source, out_dir, limits=limits)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(named("formats/hopper.png").read_bytes())
    return path


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def _jailer() -> psutil.Process:
    """That of the decoders; other tests may have left one of another crew."""
    return psutil.Process(jail._servers[jail.DECODERS].process.pid)


def _refused(path: Path, out_dir: Path) -> str | None:
    """The sentence with which a file was refused, or None if it became a photo."""
    try:
        jail.render(path, out_dir)
    except Rejected as refused:
        return refused.reason
    return None


# G32: bad files are boring.


@pytest.mark.parametrize("sample", bad(), ids=lambda sample: sample.name)
def test_g32_a_bad_file_ends_as_a_photo_or_with_a_sentence(sample: Sample, out_dir: Path) -> None:
    began = time.monotonic()
    sentence = _refused(sample.path, out_dir)
    assert time.monotonic() - began < 30
    if sentence is None:
        assert sample.action != "reject"
    else:
        assert sample.action != "accept", sentence
        assert sentence.endswith(".")
        assert str(sample.path) not in sentence


def test_g32_the_next_file_works(tmp_path: Path) -> None:
    for number, name in enumerate(("bad/bomb_30000x30000_1bit.png", "formats/hopper.png")):
        folder = tmp_path / str(number)
        folder.mkdir()
        if name.startswith("bad"):
            with pytest.raises(Rejected):
                jail.render(named(name), folder)
        else:
            assert jail.render(named(name), folder).width == 128


def test_g32_many_threads_at_once_get_each_its_own_answer(tmp_path: Path) -> None:
    names = ["formats/hopper.png", "bad/text.jpg", "formats/silver_fir.jpg", "bad/huge.gif"] * 6

    def width(number: int) -> int:
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            return jail.render(named(names[number]), folder).width
        except Rejected:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(width, range(len(names)))) == [128, 0, 511, 0] * 6


def test_g32_a_file_that_is_gone_is_no_verdict_on_the_photo(out_dir: Path) -> None:
    with pytest.raises(Crashed):
        jail.render(out_dir / "nothing", out_dir)


# G33: a hostile decoder gets nothing. Each deed is also done outside: it must be able to succeed.


def test_g33_no_network(source: Path, out_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        source.write_text(str(server.getsockname()[1]))
        assert hostile.connects(source, out_dir)["done"]
        assert not _in_jail(hostile.connects, source, out_dir)["done"]


def test_g33_no_more_than_a_few_files(source: Path, out_dir: Path) -> None:
    assert hostile.opens_many(source, out_dir)["opened"] == 100
    assert _in_jail(hostile.opens_many, source, out_dir)["opened"] < SOON.open_files


def test_g33_no_file_but_its_own(source: Path, out_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other photo"
    other.write_text("of another client")
    source.write_text(str(other))
    assert hostile.reads_elsewhere(source, out_dir)["done"]
    assert not _in_jail(hostile.reads_elsewhere, source, out_dir)["done"]
    assert not _in_jail(hostile.writes_elsewhere, source, out_dir)["done"]
    assert other.read_text() == "of another client"


def test_g33_nothing_of_the_environment(source: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    jail.close()
    told = _in_jail(hostile.tells_environment, source, out_dir)
    told_to_libraries = {"GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
    assert told_to_libraries <= set(told["environment"]) <= {"PATH", "LANG", "LC_CTYPE", *told_to_libraries}
    assert [name for name in told["modules"] if name.startswith(("django", "config", "psycopg"))] == []
    assert told["handles"] == [0, 1, 2, 3]


def test_the_hash_is_loaded_before_the_first_fork_and_brings_no_threads(source: Path, out_dir: Path) -> None:
    told = _in_jail(hostile.tells_environment, source, out_dir)
    assert "imagehash" in told["modules"]
    assert [name for name in told["modules"] if name.startswith("scipy")] == [], "SciPy takes 30 MB for one function"
    assert _jailer().num_threads() == 1


def test_what_a_photo_needs_is_loaded_before_the_first_fork(tmp_path: Path, out_dir: Path) -> None:
    """Loaded later it is loaded by each process anew: one module of NumPy was a twentieth of each photo's work."""
    photo = tmp_path / "photo.jpg"
    Image.effect_noise((3000, 2000), 40).convert("RGB").save(photo)
    assert _in_jail(hostile.renders_and_tells_what_it_loaded, photo, out_dir, jail.LIMITS) == {"loaded": []}


def test_g33_no_secret_lies_in_the_memory_that_decoders_inherit(
    source: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = os.urandom(16).hex()
    monkeypatch.setenv("SECRET_KEY", secret)
    jail.close()
    _in_jail(hostile.tells_environment, source, out_dir)
    assert _lies_in_memory(secret, os.getpid()), "the search does not find what is there"
    assert not _lies_in_memory(secret, _jailer().pid)


def _lies_in_memory(words: str, pid: int) -> bool:
    """Whether the text is in the writable memory of a process. Skips the test where reading it is refused."""
    try:
        with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                span, rights, *_ = line.split()
                start, end = (int(side, 16) for side in span.split("-"))
                if not rights.startswith("rw") or "[v" in line:
                    continue
                memory.seek(start)
                if words.encode() in memory.read(end - start):
                    return True
    except PermissionError:
        pytest.skip("this machine does not let us read the memory of other processes")
    return False


@pytest.mark.parametrize(
    "task", [hostile.kills_its_parent, hostile.forks, hostile.runs_a_program, hostile.lifts_its_limits]
)
def test_g33_no_power_over_processes(task: Task, source: Path, out_dir: Path) -> None:
    assert _in_jail(task, source, out_dir) == {"done": False, "why": "PermissionError"}


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (hostile.eats_memory, "memory"),
        (hostile.computes_for_ever, "1 seconds of computing"),
        (hostile.crashes, "SIGSEGV"),
        (hostile.raises, "RuntimeError: decoder"),
        (hostile.answers_without_end, "answered without end"),
    ],
)
def test_g33_who_goes_too_far_is_stopped_with_a_reason(task: Task, reason: str, source: Path, out_dir: Path) -> None:
    # Who eats memory is not to meet the other limit first: a busy machine takes seconds to hand out so much.
    limits = SOON if task is hostile.computes_for_ever else SLOWLY
    with pytest.raises(Crashed, match=reason) as crashed:
        _in_jail(task, source, out_dir, limits)
    assert crashed.value.reason.isprintable()


def test_g33_the_clock_on_the_wall_ends_a_sleeper(source: Path, out_dir: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Crashed, match="longer than 1 seconds"):
        _in_jail(hostile.sleeps_for_ever, source, out_dir, Limits(wall_seconds=1))
    assert time.monotonic() - began < 4
    assert not psutil.pid_exists(json.loads((out_dir / hostile.TARGET).read_text())["pid"])


def test_g33_no_more_than_a_few_bytes_on_disk(source: Path, out_dir: Path) -> None:
    assert not _in_jail(hostile.fills_the_disk, source, out_dir)["done"]
    assert (out_dir / "large").stat().st_size <= SOON.file_bytes


class _Bomb:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch /tmp/never",)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        b'{"done": 5}',
        b"[]",
        b'{"rejected": 1}',
        pickle.dumps(_Bomb()),
        b'{"done": {"format": "JPEG"}} {}',
    ],
)
def test_g33_a_false_answer_is_a_crash(answer: bytes, source: Path, out_dir: Path) -> None:
    source.write_bytes(answer)
    with pytest.raises(Crashed):
        _in_jail(hostile.answers_itself, source, out_dir)


def test_g33_false_words_are_cleaned(source: Path, out_dir: Path) -> None:
    source.write_text(json.dumps({"rejected": "no\x00 \x1b[31m" + "x" * 9999, "kind": ["x"]}))
    with pytest.raises(Rejected) as refused:
        _in_jail(hostile.answers_itself, source, out_dir)
    assert refused.value.reason.isprintable()
    assert (len(refused.value.reason) <= 300, refused.value.kind) == (True, "")


@pytest.mark.parametrize("task", [hostile.renders_a_link, hostile.renders_with_exif])
def test_g33_a_false_rendition_is_not_taken(
    task: Task, source: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Done outside, because no link can be made inside: this is the wall behind that wall.
    monkeypatch.setattr(jail, "run", lambda _name, *places, limits: task(*places))
    with pytest.raises(Crashed, match="something else than pictures"):
        jail.render(source, out_dir)


def test_g33_all_walls_stand_on_this_machine() -> None:
    assert jail.abilities() == {"network": True, "processes": True, "files": True, "memory": True}


# The jail lives and dies with its process.


def test_a_jailer_that_was_killed_is_replaced(source: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    jail.render(source, first)
    jailer = _jailer()
    jailer.kill()
    _wait_until(lambda: jailer.status() == psutil.STATUS_ZOMBIE)
    assert jail.render(source, second).width == 128


def test_the_start_of_the_jailer_is_not_on_the_clock_of_the_first_file(
    source: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jail, "_START", f"import time; time.sleep(4); {jail._START}")
    jail.close()
    assert _in_jail(hostile.tells_environment, source, out_dir, Limits(wall_seconds=3))


def test_a_jailer_that_cannot_start_ends_as_crashed(
    source: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jail, "_START", "raise SystemExit")
    jail.close()
    with pytest.raises(Crashed, match="could not be started"):
        _in_jail(hostile.tells_environment, source, out_dir)
    assert not jail._servers


def test_a_task_whose_jailer_is_killed_ends_as_crashed(source: Path, out_dir: Path) -> None:
    jail.abilities()

    def kill() -> None:
        _wait_until((out_dir / hostile.TARGET).exists)
        os.kill(_jailer().pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(Crashed, match="lost"):
        _in_jail(hostile.sleeps_for_ever, source, out_dir, Limits(wall_seconds=10))
    killer.join()
    pid = json.loads((out_dir / hostile.TARGET).read_text())["pid"]
    _wait_until(lambda: not psutil.pid_exists(pid))


@pytest.mark.slow
def test_no_decoder_outlives_a_worker_that_was_killed(source: Path, out_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from apps.media import jail;"
        f"jail.run('tests.media.hostile:sleeps_for_ever', Path({str(source)!r}), Path({str(out_dir)!r}))"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    _wait_until(lambda: (out_dir / hostile.TARGET).exists() and (out_dir / hostile.TARGET).stat().st_size > 0)
    left = json.loads((out_dir / hostile.TARGET).read_text())
    worker.kill()
    worker.wait()
    _wait_until(lambda: not psutil.pid_exists(left["pid"]) and not psutil.pid_exists(left["parent"]))
    assert worker.returncode == -signal.SIGKILL


def test_a_path_may_be_relative(source: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(source.parent)
    assert jail.render(Path(source.name), Path(out_dir.name)).width == 128


def test_one_file_costs_little_more_than_its_decoding() -> None:
    def cpu() -> float:
        times = _jailer().cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)

    jail.abilities()
    began = cpu()
    for _ in range(30):
        jail.abilities()
    # A third of it is the hash's libraries, which every child inherits (docs/decisions/0017).
    assert (cpu() - began) / 30 < 0.02


def _wait_until(done: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def _wide(tmp_path: Path) -> Path:
    """A PNG of 25 megapixels that says so in its header: 24 kB, and 160 MB decoded."""
    path = tmp_path / "wide.png"
    Image.new("RGB", (5000, 5000), "teal").save(path, compress_level=9)
    return path


_LITTLE = Limits(memory_bytes=450_000_000)


def test_a_large_picture_gets_the_memory_that_its_header_says(tmp_path: Path, out_dir: Path) -> None:
    rendered = jail.render(_wide(tmp_path), out_dir, limits=_LITTLE)
    assert (rendered.width, rendered.height) == (5000, 5000)


def test_a_picture_too_large_for_the_machine_is_refused_with_the_true_reason(
    tmp_path: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heavy, "most_memory", lambda: 500_000_000)
    with pytest.raises(Rejected, match=r"25 megapixels and would take 0\.6 GB of memory.*0\.5 GB for one picture"):
        jail.render(_wide(tmp_path), out_dir, limits=_LITTLE)


def test_large_pictures_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy, "WAIT_SECONDS", 0.0)
    with heavy.slot(tmp_path), pytest.raises(TimeoutError), heavy.slot(tmp_path):
        pytest.fail("two slots were given")
    with heavy.slot(tmp_path):
        pass


@pytest.mark.parametrize(("format", "mode", "size"), [("WEBP", "RGB", 100), ("AVIF", "RGB", 150), ("PNG", "RGBA", 200)])
def test_sound_pictures_of_100_to_200_megapixels_need_more_than_an_ordinary_photo(
    format: str, mode: str, size: int
) -> None:
    picture = Image.new(mode, (1, 1))
    picture._size = (size * 1000, 1000)
    needed = memory.needed(picture, FORMATS[format], 2400)
    assert jail.LIMITS.memory_bytes < needed < 4_500_000_000
