"""Print what an installation is made of, as a CycloneDX 1.6 document in JSON (https://cyclonedx.org/docs/1.6/json/).

The packages of the pinned lists with the hashes of their files, and what browsers load from static/vendor. Licences are
those that the installed packages name. Without the lists' change the document stays the same, to the byte.
"""

import json
import re
import sys
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vendor"
# What runs: developers' packages are in no installation.
LISTS = ("base.txt", "ml.txt")
# Any name that is ours: a document is known by it and by its content.
NAMESPACE = uuid.UUID("6f6f0c3e-3d0a-5c53-9a5e-0d6a7b1f0c11")
# Some packages have the whole text in the field of the name.
LONGEST_NAME = 60
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\\n]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)
_VENDORED = re.compile(r"(.+)-(\d+(?:\.\d+)+)")


def pinned() -> dict[tuple[str, str], list[str]]:
    """SHA-256 of the files of each package, by name and version."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in LISTS:
        for package, version, hashes in _PIN.findall((HERE / name).read_text()):
            found[package.lower(), version] = re.findall("[0-9a-f]{64}", hashes)
    return found


def licences(package: str) -> list[dict[str, Any]]:
    """What the installed package says of its licence; nothing for one that is not installed or does not say."""
    try:
        told = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return []
    if expression := told.get("License-Expression"):
        return [{"expression": expression}]
    named = [told["License"].strip()] if told["License"] and len(told["License"]) < LONGEST_NAME else []
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    named = classified or named
    return [{"license": {"name": name}} for name in named]


def packages() -> list[dict[str, Any]]:
    components = []
    for (name, version), hashes in sorted(pinned().items()):
        purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name)}@{version}"
        files = [{"alg": "SHA-256", "content": one} for one in hashes]
        place = {"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/", "hashes": files}
        component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        named = licences(name)
        components.append(component | ({"licenses": named} if named else {}) | {"externalReferences": [place]})
    return components


def vendored() -> list[dict[str, Any]]:
    """The libraries of scripts and styles that are served from here."""
    components = []
    for folder in sorted(VENDOR.iterdir()):
        if told := _VENDORED.fullmatch(folder.name):
            name, version = told[1], told[2]
            purl = f"pkg:npm/{name}@{version}"
            components.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl})
    return components


def document() -> dict[str, Any]:
    components = packages() + vendored()
    about = {"type": "application", "bom-ref": "glassine", "name": "glassine"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, json.dumps(components))}",
        "version": 1,
        "metadata": {"component": about},
        "components": components,
        "dependencies": [{"ref": "glassine", "dependsOn": [one["bom-ref"] for one in components]}],
    }


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1)
    print()
