"""Make `.venv` and install the pinned packages; done again only when their list changed.

    python3 requirements/bootstrap.py base|dev

Standard library only, and readable by old Pythons, because it has to tell them that they are old.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# There while packages are being installed: found at the start, it tells of a run that was cut short.
UNFINISHED = VENV / ".unfinished"
# dev.txt holds all of base.txt at the same versions.
CONTAINED_IN = {"base": ["base", "dev"], "dev": ["dev"]}
# Faces: installed with every list, see ml.in.
SHIM = "dlib-shim"
# Its licence forbids commercial use, and nothing needs it (docs/licences.md).
FORBIDDEN_MODEL = "shape_predictor_68_face_landmarks.dat"
FAILED = "{}; the lines above say why. Then run the same command again."


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in CONTAINED_IN:
        sys.exit("usage: python3 requirements/bootstrap.py base|dev")
    kind = sys.argv[1]
    check_python()
    # One at a time. The kernel lets go of the lock however we end.
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(kind):
            install(kind)


def check_python():
    """Go on with a newer Python of this machine if this one is old; end with a sentence if nothing fits."""
    if sys.version_info < NEEDED:
        for minor in range(20, NEEDED[1] - 1, -1):
            newer = shutil.which("python3.{}".format(minor))
            if newer:
                os.execv(newer, [newer] + sys.argv)
        sys.exit(
            "Glassine needs Python {}.{} or newer, but this is {}.{}. Install one, for example with "
            "`apt-get install python3.11 python3.11-venv`, or name one: `make PYTHON=/path/to/python3.11 run`.".format(
                *(NEEDED + sys.version_info[:2])
            )
        )
    if sys.platform != "linux":
        sys.exit("Glassine's own start runs on Linux only; elsewhere use docker/compose.yml.")
    # Debian takes ensurepip out of Python, and with it all that venv can do.
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        sys.exit(
            "This Python has no complete venv module. Install it, for example with "
            "`apt-get install python3-venv`, and run the same command again."
        )


def fingerprint(kind):
    """What an installation depends on: the lists of packages and the Python it was made with."""
    digest = hashlib.sha256()
    for name in ("{}.txt".format(kind), "ml.txt", "{}/pyproject.toml".format(SHIM)):
        digest.update((ROOT / "requirements" / name).read_bytes())
    return digest.hexdigest() + " python{}.{}\n".format(*sys.version_info[:2])


def stamp(kind):
    return VENV / ".installed-{}".format(kind)


def is_installed(kind):
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    return any(stamp(other).exists() and stamp(other).read_text() == fingerprint(other) for other in CONTAINED_IN[kind])


def install(kind):
    """Fill the environment. A run that was cut short is begun anew: half a package looks like a whole one to pip."""
    if UNFINISHED.exists() or not PYTHON.exists() or not has_pip():
        print("Making the virtual environment in .venv", flush=True)
        shutil.rmtree(str(VENV), ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        run([sys.executable, "-m", "venv", str(VENV)], "The virtual environment could not be made")
    UNFINISHED.touch()
    print("Installing the packages of requirements/{}.txt and ml.txt (some minutes, once)".format(kind), flush=True)
    requirements = ROOT / "requirements"
    # The lists are complete, so there is nothing to resolve; wheels only, so that nothing is compiled.
    listed = ["--require-hashes", "--only-binary", ":all:"]
    for beside_each_other in parts(requirements / "{}.txt".format(kind)):
        pip(*[listed + ["-r", str(part)] for part in beside_each_other])
    # What exists as source only is packed by the setuptools that is installed by now: nothing else is downloaded.
    pip(["--no-build-isolation", str(requirements / SHIM)])
    packed_here = ["--no-build-isolation", "--use-pep517", "--no-binary", "face-recognition-models"]
    pip(listed + packed_here + ["-r", str(requirements / "ml.txt")])
    remove_forbidden_model()
    stamp(kind).write_text(fingerprint(kind))
    UNFINISHED.unlink()


def parts(path):
    """Two lists of every other package, for pip unpacks and compiles with one process; then, if it is there, pip's own.

    Nothing else depends on the order. But pip takes its own modules away before it puts the new ones there.
    """
    packages = re.split(r"(?m)^(?=[A-Za-z])", path.read_text())[1:]
    others = [one for one in packages if not one.startswith("pip==")]
    itself = [one for one in packages if one.startswith("pip==")]
    listed = []
    for number, part in enumerate((others[0::2], others[1::2], itself)):
        listed.append(VENV / "{}-{}".format(number, path.name))
        listed[-1].write_text("".join(part))
    return [listed[:2], listed[2:]] if itself else [listed[:2]]


def pip(*calls):
    """Install exactly what is named, by calls that run side by side, or end the program."""
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    os.environ["DIST_EXTRA_CONFIG"] = str(ROOT / "requirements" / "packing.cfg")
    begun = [subprocess.Popen(command + arguments) for arguments in calls]
    # All are waited for: none goes on behind the end of this program.
    codes = [one.wait() for one in begun]
    if any(codes):
        sys.exit(FAILED.format("The packages could not be installed"))


def remove_forbidden_model():
    """Take the file out that every installation of the face models brings."""
    for path in VENV.glob("lib/python*/site-packages/face_recognition_models/models/" + FORBIDDEN_MODEL):
        path.unlink()


def has_pip():
    return subprocess.run([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL).returncode == 0


def run(command, what):
    code = subprocess.run(command).returncode
    if code != 0:
        sys.exit(FAILED.format(what))


if __name__ == "__main__":
    main()
