"""One name, one meaning: a class name that two modules define sends a reader to the wrong one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

APPS = Path(__file__).resolve().parents[2] / "apps"
# Django finds these by their name.
BY_CONVENTION = {"Command", "Migration", "Meta"}


def test_a_class_name_stands_in_one_module() -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for file in sorted(APPS.rglob("*.py")):
        text = file.read_text()
        for node in ast.parse(text).body if "class " in text else ():
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules[node.name].append(file.relative_to(APPS).as_posix())
    assert len(modules) > 100
    twice = {name: files for name, files in modules.items() if len(files) > 1 and name not in BY_CONVENTION}
    assert twice == {}
