"""The contract type `named_layers`: what it lets through, and what it reports."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.import_contracts import NamedLayers

LAYERS = ["urls", "views *_views", "forms *_forms"]


def upward(importer: str, imported: str) -> list[tuple[str, str]]:
    graph = ImportGraph()
    for module in ("apps", importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    contract = NamedLayers(name="", session_options={}, contract_options={"package": "apps", "layers": LAYERS})
    check = contract.check(graph, verbose=False)
    assert check.kept == (not check.metadata["upward"])
    return list(check.metadata["upward"])


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("apps.albums.urls", "apps.albums.photo_views"),
        ("apps.albums.views", "apps.albums.photo_views"),
        ("apps.albums.views", "apps.albums.forms"),
        ("apps.albums.link_forms", "apps.albums.forms"),
        ("apps.albums.forms", "apps.albums.models"),
        ("apps.albums.models", "apps.albums.trash"),
        # Outside of the package.
        ("config.tasks", "apps.albums.views"),
    ],
)
def test_a_module_may_import_its_own_layer_and_those_below(importer: str, imported: str) -> None:
    assert upward(importer, imported) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("apps.albums.models", "apps.albums.views"),
        ("apps.albums.models", "apps.albums.link_forms"),
        ("apps.albums.trash", "apps.accounts.views.joining"),
        ("apps.albums.trash", "apps.albums.forms"),
        ("apps.albums.forms", "apps.albums.photo_views"),
        ("apps.albums.views", "apps.albums.urls"),
    ],
)
def test_an_import_of_a_higher_layer_is_reported(importer: str, imported: str) -> None:
    assert upward(importer, imported) == [(importer, imported)]
