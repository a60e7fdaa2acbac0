"""The set-up before there is anything: its sentences, and when it installs."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "requirements" / "bootstrap.py"

MODELS = "face_recognition_models/models"
KEPT, FORBIDDEN = "shape_predictor_5_face_landmarks.dat", "shape_predictor_68_face_landmarks.dat"
# The smallest project that builds without setuptools. In place of the shim it brings the models.
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = f"""
import zipfile

def build_wheel(directory, settings=None, metadata=None):
    name = "dlib-20.0.1-py3-none-any.whl"
    with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
        wheel.writestr("{MODELS}/{KEPT}", "five")
        wheel.writestr("{MODELS}/{FORBIDDEN}", "many")
        wheel.writestr("dlib-20.0.1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: dlib\\nVersion: 20.0.1\\n")
        tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr("dlib-20.0.1.dist-info/WHEEL", tags)
        wheel.writestr("dlib-20.0.1.dist-info/RECORD", "")
    return name
"""


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module whose virtual environment stands in a directory of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    shim = tmp_path / "requirements" / "dlib-shim"
    shim.mkdir(parents=True)
    (shim / "pyproject.toml").write_text(PROJECT)
    (shim / "backend.py").write_text(BACKEND)
    for kind in ("base", "dev", "ml"):
        (tmp_path / "requirements" / f"{kind}.txt").write_text("")
    for name, value in {
        "ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "UNFINISHED": venv / ".unfinished",
    }.items():  # fmt: skip
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with pip: to make one takes longer than to copy it."""
    made = tmp_path_factory.mktemp("made") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(made)], check=True)
    return made


@pytest.fixture
def equipped(bootstrap: ModuleType, environment: Path) -> ModuleType:
    """The script whose virtual environment is there already."""
    shutil.copytree(environment, bootstrap.VENV, symlinks=True)
    return bootstrap


def test_an_old_python_is_told_what_to_install(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, but this is 3\.9.*apt-get install python3\.11"):
        bootstrap.check_python()


def test_an_old_python_hands_over_to_a_newer_one(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def become(program: str, arguments: list[str]) -> None:
        called.append(program)
        raise SystemExit

    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/bin/{name}" if name == "python3.12" else None)
    monkeypatch.setattr(bootstrap.os, "execv", become)
    with pytest.raises(SystemExit):
        bootstrap.check_python()
    assert called == ["/bin/python3.12"]


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.check_python()


def test_the_script_can_be_read_by_a_much_older_python() -> None:
    """Or its sentence would be a syntax error."""
    assert ast.parse(SOURCE.read_text(), feature_version=(3, 5)).body


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_packages_are_installed_once_and_again_when_their_list_changed(bootstrap: ModuleType) -> None:
    assert not bootstrap.is_installed("dev")
    bootstrap.install("dev")
    assert bootstrap.is_installed("dev")
    # The developer's list holds all that running needs.
    assert bootstrap.is_installed("base")
    (bootstrap.ROOT / "requirements" / "dev.txt").write_text("# another list\n")
    assert not bootstrap.is_installed("dev")


@pytest.mark.parametrize("changed", ["base.txt", "ml.txt", "dlib-shim/pyproject.toml"])
def test_a_change_of_any_list_is_a_reason_to_install(bootstrap: ModuleType, changed: str) -> None:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    bootstrap.stamp("base").write_text(bootstrap.fingerprint("base"))
    assert bootstrap.is_installed("base")
    with (bootstrap.ROOT / "requirements" / changed).open("a") as file:
        file.write("# something else\n")
    assert not bootstrap.is_installed("base")


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_each_installation_removes_the_model_that_may_not_be_used(equipped: ModuleType) -> None:
    for _ in range(2):
        equipped.install("base")
        assert [path.name for path in equipped.VENV.glob(f"lib/python*/site-packages/{MODELS}/*")] == [KEPT]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_an_installation_that_was_cut_short_is_begun_anew(bootstrap: ModuleType) -> None:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.symlink_to(sys.executable)
    half = bootstrap.VENV / "half-a-package"
    half.touch()
    bootstrap.stamp("base").write_text(bootstrap.fingerprint("base"))
    bootstrap.UNFINISHED.touch()
    assert not bootstrap.is_installed("base")
    bootstrap.install("base")
    assert bootstrap.is_installed("base")
    assert not half.exists()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_failed_installation_ends_with_a_sentence(equipped: ModuleType) -> None:
    (equipped.ROOT / "requirements" / "base.txt").write_text("no-hash==1\n")
    with pytest.raises(SystemExit, match="could not be installed; the lines above say why"):
        equipped.install("base")
    assert not equipped.is_installed("base")


def test_no_layer_of_an_image_holds_the_model_that_may_not_be_used() -> None:
    steps = (SOURCE.parents[1] / "docker" / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    bringing = [step for step in steps if step.startswith("RUN") and "ml.txt" in step]
    assert len(bringing) == 1
    assert bringing[0].endswith(f"find /venv -name {FORBIDDEN} -delete")


def test_no_list_of_packages_names_an_index_or_a_path() -> None:
    for path in SOURCE.parent.glob("*.txt"):
        options = [line for line in path.read_text().splitlines() if line.startswith("-") or "://" in line]
        assert options == [], path


def test_every_package_has_a_hash_and_one_version_in_all_lists() -> None:
    versions: dict[str, set[str]] = {}
    for path in SOURCE.parent.glob("*.txt"):
        for block in path.read_text().replace("\\\n", " ").splitlines():
            if "==" in block and not block.lstrip().startswith("#"):
                name, version = block.split()[0].split("==")
                assert "--hash=sha256:" in block, (path, name)
                versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_what_runs_is_in_the_lists_of_images_and_developers_too() -> None:
    base, *others = (
        set(re.findall(r"^([a-z0-9._-]+==\S+)", (SOURCE.parent / f"{kind}.txt").read_text(), re.MULTILINE))
        for kind in ("base", "prod", "dev")
    )
    assert [base - other for other in others] == [set(), set()]


def test_the_makefile_starts_with_the_sentence_when_venv_is_missing(tmp_path: Path) -> None:
    """Through the real command line: a Python whose ensurepip is taken out, as Debian's is."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'ensurepip' else find(name, *rest)\n"
    )
    done = subprocess.run(
        [sys.executable, str(SOURCE), "dev"],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("This Python has no complete venv module.")


def test_a_long_list_is_installed_in_two_halves_with_every_hash(bootstrap: ModuleType) -> None:
    """And pip afterwards by itself: while it is replaced, another pip finds no modules or half of them."""
    text = (SOURCE.parent / "dev.txt").read_text()
    (bootstrap.ROOT / "requirements" / "dev.txt").write_text(text)
    bootstrap.VENV.mkdir()
    (one, other), (itself,) = bootstrap.parts(bootstrap.ROOT / "requirements" / "dev.txt")
    halves = [one.read_text(), other.read_text()]
    wanted = sorted(text[text.index("\naio") + 1 :].splitlines())
    assert sorted("".join([*halves, itself.read_text()]).splitlines()) == wanted
    assert all(half.count("==") > 50 for half in halves)
    assert re.findall(r"(?m)^[\w-]+==", itself.read_text()) == ["pip=="]


def test_a_list_without_pip_has_two_parts(bootstrap: ModuleType) -> None:
    (bootstrap.ROOT / "requirements" / "base.txt").write_text("aiohttp==3 --hash=a\nzstd==1 --hash=b\n")
    bootstrap.VENV.mkdir()
    [halves] = bootstrap.parts(bootstrap.ROOT / "requirements" / "base.txt")
    assert [half.read_text() for half in halves] == ["aiohttp==3 --hash=a\n", "zstd==1 --hash=b\n"]


def test_one_half_that_cannot_be_installed_ends_the_set_up_with_a_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "missing.txt").write_text("nothing-of-this-name==1 --hash=sha256:" + "0" * 64)
    fine, broken = (
        ["--no-index", "--target", str(tmp_path / "to"), "-r", str(tmp_path / name)]
        for name in ("empty.txt", "missing.txt")
    )
    with pytest.raises(SystemExit, match="lines above say why"):
        bootstrap.pip(fine, broken)
    with pytest.raises(SystemExit, match="lines above say why"):
        bootstrap.pip(broken, fine)
    bootstrap.pip(fine)
