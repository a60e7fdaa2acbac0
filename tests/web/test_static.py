"""Styles arrive as one file, and everything that a file names is there under its hashed name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage

from apps.web.static import HashedStatic, Whole
from tests.installation import ROOT

SHEETS = ["css/guest.css", "css/studio.css", "css/signed_out.css", "css/error.css"]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> HashedStatic:
    """Our own styles, scripts and fonts, as `collectstatic` leaves them."""
    store = HashedStatic(location=str(tmp_path_factory.mktemp("static")), base_url="/static/")
    paths: dict[str, Any] = {}
    for path, source in FileSystemFinder().list([]):
        if path.startswith(("css", "js", "fonts")):
            paths[path] = (source, path)
            with source.open(path) as file:
                store.save(path, file)
    for name, _hashed, processed in store.post_process(paths):
        assert not isinstance(processed, Exception), name
    return store


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_is_one_file_with_the_text_of_its_parts_in_order(sheet: str, collected: HashedStatic) -> None:
    file = Path(collected.path(collected.stored_name(sheet)))
    text = file.read_text()
    source = Path(ROOT, "static", sheet).read_text()
    parts = re.findall(r'@import url\("([\w./]+)"\);', source)
    assert "@import" not in text
    assert len(parts) >= 5
    begins = [text.index(Path(ROOT, "static/css", part).read_text()[:60]) for part in parts]
    assert begins == sorted(begins)
    assert file.with_name(f"{file.name}.gz").stat().st_size < len(text) / 2
    for address in re.findall(r'url\("(?!data:)([^"]+)"\)', text):
        assert (file.parent / address).is_file(), address


def test_scripts_import_each_other_by_their_hashed_names(collected: HashedStatic) -> None:
    script = Path(collected.path(collected.stored_name("js/studio/album.js")))
    imported = re.findall(r'from "([^"]+)"', script.read_text())
    assert len(imported) >= 5
    for address in imported:
        assert (script.parent / address).is_file(), address
        assert re.search(r"\.[0-9a-f]{12}\.js$", address), address


@pytest.mark.parametrize("sheet", ["css/guest/feedback.css", "css/guest/looks.css", "css/studio/review.css"])
def test_so_is_the_sheet_of_a_room(sheet: str, collected: HashedStatic) -> None:
    assert "@import" in Path(ROOT, "static", sheet).read_text()
    assert "@import" not in Path(collected.path(collected.stored_name(sheet))).read_text()


def test_a_part_of_another_folder_keeps_its_fonts(tmp_path: Path) -> None:
    (tmp_path / "css/shared").mkdir(parents=True)
    (tmp_path / "css/page.css").write_text('@import url("shared/all.css");\n')
    (tmp_path / "css/shared/all.css").write_text('@import url("type.css");\n')
    (tmp_path / "css/shared/type.css").write_text('a { src: url("../../fonts/a.woff2"), url("data:image/svg+xml,") }')
    text = Whole(FileSystemStorage(location=str(tmp_path))).open("css/page.css").read().decode()
    assert text.strip() == 'a { src: url("../fonts/a.woff2"), url("data:image/svg+xml,") }'


def test_a_sheet_has_another_name_once_a_part_of_it_changes(tmp_path: Path) -> None:
    def name() -> str:
        store = HashedStatic(location=str(tmp_path / "out"), base_url="/static/")
        paths: dict[str, Any] = {one: (source, one) for one in ("whole.css", "part.css")}
        return next(hashed for one, hashed, _ in store.post_process(paths) if one == "whole.css")

    source = FileSystemStorage(location=str(tmp_path / "in"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/whole.css").write_text('@import url("part.css");\n')
    (tmp_path / "in/part.css").write_text("a { color: red }")
    before = name()
    (tmp_path / "in/part.css").write_text("a { color: blue }")
    assert name() != before


def test_a_part_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "whole.css").write_text('@import url("gone.css");\n')
    with pytest.raises(FileNotFoundError):
        Whole(FileSystemStorage(location=str(tmp_path))).open("whole.css")
