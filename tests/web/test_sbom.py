"""The document of what an installation is made of: everything that is pinned or served, once, with its hashes."""

from __future__ import annotations

import json
import re
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    """The script as a module."""
    spec = util.spec_from_file_location("sbom", ROOT / "requirements" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def document(sbom: ModuleType) -> Any:
    return json.loads(json.dumps(sbom.document()))


def test_every_pinned_package_stands_there_once_with_the_hashes_of_its_files(document: Any) -> None:
    told = {one["purl"]: one for one in document["components"]}
    assert len(told) == len(document["components"])
    for name in ("base", "ml"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
        for package, version, rest in re.findall(r"^([\w.-]+)==(\S+)(.*)$", text, re.MULTILINE):
            component = told[f"pkg:pypi/{package}@{version}"]
            [place] = component["externalReferences"]
            assert [one["content"] for one in place["hashes"]] == re.findall("[0-9a-f]{64}", rest)


def test_what_browsers_load_stands_there_too(document: Any) -> None:
    served = {folder.name for folder in (ROOT / "static" / "vendor").iterdir() if folder.is_dir()}
    npm = {f"{one['name']}-{one['version']}" for one in document["components"] if one["purl"].startswith("pkg:npm/")}
    assert npm == served


def test_it_has_what_cyclonedx_asks_for(document: Any) -> None:
    """As its JSON schema for 1.6 has it: fields, forms, unique references that all exist."""
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document["serialNumber"])
    references = [one["bom-ref"] for one in [document["metadata"]["component"], *document["components"]]]
    assert len(references) == len(set(references))
    for entry in document["dependencies"]:
        assert {entry["ref"], *entry["dependsOn"]} <= set(references)
    for one in document["components"]:
        assert one["type"] == "library"
        assert all(set(told) in ({"expression"}, {"license"}) for told in one.get("licenses", []))


def test_most_packages_name_their_licence(document: Any) -> None:
    packages = [one for one in document["components"] if one["purl"].startswith("pkg:pypi/")]
    assert sum("licenses" in one for one in packages) > 0.8 * len(packages)


def test_it_stays_the_same_while_nothing_changes(sbom: ModuleType) -> None:
    assert sbom.document() == sbom.document()
