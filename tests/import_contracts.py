"""A contract type of import-linter that tells modules apart by name, so that a new file is under the rule by itself."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import cast

from grimp import ImportGraph
from importlinter.application import output
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck


class NamedLayers(Contract):
    """A module imports only what stands as high as itself, or lower.

    package: whose modules are looked at.
    layers: from high to low, each a few patterns (`*` stands for any letters) that one part of a module's dotted name
    must match. A module that matches none stands in the lowest layer, below those that are named.

    Direct imports are enough: a way of several steps from a low layer to a high one has one step that goes up.
    """

    type_name = "named_layers"

    package = fields.StringField()
    layers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        modules = graph.find_descendants(str(self.package))
        upward = [
            (importer, imported)
            for importer in sorted(modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer) & modules)
            if self._depth(imported) < self._depth(importer)
        ]
        return ContractCheck(kept=not upward, metadata={"upward": upward})

    def _depth(self, module: str) -> int:
        """Number of the module's layer, 0 for the highest."""
        parts = module.removeprefix(f"{self.package}.").split(".")
        # The class holds fields, its instances what was parsed by them.
        layers = [layer.split() for layer in cast("list[str]", self.layers)]
        for depth, patterns in enumerate(layers):
            if any(fnmatchcase(part, pattern) for part in parts for pattern in patterns):
                return depth
        return len(layers)

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["upward"]:
            output.print_error(f"{importer} must not import {imported}", bold=False)
        output.new_line()
