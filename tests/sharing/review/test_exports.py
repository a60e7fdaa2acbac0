"""Names, tables and sidecars for other programs say what was picked, and nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.filenames.matching import match
from apps.sharing.review import exports
from apps.sharing.review.answers import Said
from apps.sharing.review.exports import Named
from tests.sharing.review.proofs import Proofing, make_proofing

XMP, DC = "{http://ns.adobe.com/xap/1.0/}", "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def named(name: str, **fields: Any) -> Named:
    return Named(**{"id": uuid4(), "name": name, "rating": 0, "label": "", "flag": "", "keywords": (), **fields})


def said(**fields: Any) -> Said:
    return Said(**{"visitor_id": UUID(int=1), "name": "Anna", "email": "anna@example.com", **fields})


def read(text: str) -> dict[str, Any]:
    """Rating, label and keywords of a sidecar, by an XML parser."""
    root = ElementTree.fromstring(text.encode())  # noqa: S314  (made here)
    about = next(root.iter(f"{RDF}Description"))
    words = [item.text for item in about.iter(f"{RDF}li")]
    return {"rating": about.get(f"{XMP}Rating"), "label": about.get(f"{XMP}Label"), "keywords": words}


PHOTOS = [named("IMG_1.JPG"), named("IMG_1.CR3"), named("DSC 2.NEF")]


def test_names_in_the_form_of_each_program() -> None:
    forms = {form: exports.names(PHOTOS, form) for form in exports.FORMS}
    assert forms == {
        "lightroom": "IMG_1, DSC 2",
        "lightroom-comma": "IMG_1, DSC 2",
        "capture-one": "IMG_1,DSC 2",
        "finder": 'name:"IMG_1" OR name:"DSC 2"',
        "lines": "IMG_1.JPG\nIMG_1.CR3\nDSC 2.NEF",
    }
    assert exports.names([named("A_1.JPG"), named("A_2.JPG")], "lightroom") == "A_1 A_2"


@pytest.mark.parametrize("form", [form for form in exports.FORMS if form != "finder"])
def test_copied_names_lead_back_to_the_photos(form: str) -> None:
    names = [f"IMG_{number:04}.CR3" for number in range(1, 40)]
    matches = match(exports.names(map(named, names), form), names)
    assert (sorted(matches.positions), matches.misses) == (list(range(39)), [])


def test_a_sidecar_holds_rating_label_and_keywords() -> None:
    picks = [("Album", 1, "selected")]
    text = exports.sidecar(
        named("A.CR3", keywords=["Wien & Graz", "<b>"]), said(stars=4, label="red", verdict="approved", picks=picks)
    )
    assert read(text) == {"rating": "4", "label": "Red", "keywords": ["Wien & Graz", "<b>", "Album", "Approved"]}
    assert read(exports.sidecar(named("A.CR3"), said(stars=5, verdict="rejected")))["rating"] == "-1"


@given(st.text(max_size=40), st.text(max_size=12))
def test_a_sidecar_is_well_formed_whatever_was_typed(word: str, label: str) -> None:
    read(exports.sidecar(named("A.JPG", keywords=[word.encode("utf-8", "ignore").decode()]), said(label=label)))


def test_sidecars_are_named_after_their_photos_and_none_is_lost() -> None:
    photos = [named("IMG_1.JPG"), named("IMG_1.CR3"), named("../../etc/passwd.jpg"), named("img_1.jpg")]
    archive = zipfile.ZipFile(io.BytesIO(exports.sidecars([(photo, said()) for photo in photos])))
    assert archive.namelist() == ["IMG_1.xmp", "IMG_1.CR3.xmp", "passwd.xmp", "img_1.jpg.xmp"]
    assert archive.testzip() is None


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_a_sidecar(tmp_path: Path) -> None:
    file = tmp_path / "A.xmp"
    file.write_text(exports.sidecar(named("A.CR3", keywords=["Größe"]), said(stars=3, label="blue")))
    told = subprocess.run(["exiftool", "-json", "-XMP:all", str(file)], capture_output=True, check=True, timeout=60)
    facts = json.loads(told.stdout)[0]
    assert (facts["Rating"], facts["Label"], facts["Subject"]) == (3, "Blue", "Größe")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    hostile = f"{start}cmd|' /C calc'!A0"
    photo = named(hostile, label=hostile[:12], keywords=[hostile])
    lines = list(exports.table([photo], {photo.id: [said(name=hostile, picks=[(hostile, 1, "selected")])]}))
    rows = list(csv.reader(io.StringIO("".join(lines))))
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


class TestPages:
    @pytest.fixture
    def proofing(self, north: Studio) -> Proofing:
        made = make_proofing(north)
        self.anna, self.ben = made.visitor("Anna"), made.visitor("Ben")
        made.selection(self.anna, 1, 2, title="Album")
        made.selection(self.ben, 2, title="Ours")
        made.mark(self.anna, 2, stars=2, label="red")
        made.mark(self.ben, 2, stars=5)
        with acting_in(north):
            made.photos[0].rating, made.photos[0].label = 1, "green"
            made.photos[0].save(update_fields=["rating", "label"])
        return made

    def sidecars(self, client: Client, proofing: Proofing, query: str) -> dict[str, dict[str, Any]]:
        answer = client.get(f"{proofing.base}sidecars.zip?{query}")
        assert answer.status_code == 200
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        return {name: read(archive.read(name).decode()) for name in archive.namelist()}

    def test_names_of_one_person_as_text_and_on_a_page(self, bob: Client, proofing: Proofing) -> None:
        query = f"person={self.anna.pk}"
        assert bob.get(f"{proofing.base}names/?{query}&as=text").content == b"IMG_0001 IMG_0002"
        page = bob.get(f"{proofing.base}names/?{query}&form=lines").content.decode()
        assert "IMG_0001.JPG\nIMG_0002.JPG</textarea>" in page

    def test_whose_marks_are_in_the_sidecars(self, bob: Client, proofing: Proofing) -> None:
        merged = self.sidecars(bob, proofing, "whose=merged")
        assert merged["IMG_0002.xmp"] == {"rating": "5", "label": "Red", "keywords": ["Album", "Ours"]}
        anna = self.sidecars(bob, proofing, f"whose={self.anna.pk}")
        assert anna["IMG_0002.xmp"] == {"rating": "2", "label": "Red", "keywords": ["Album"]}
        own = self.sidecars(bob, proofing, "whose=studio")
        assert own["IMG_0001.xmp"] == {"rating": "1", "label": "Green", "keywords": []}
        assert bob.get(f"{proofing.base}sidecars.zip?whose={uuid4()}").status_code == 404

    def test_the_table_has_a_line_for_each_photo_and_person(self, bob: Client, proofing: Proofing) -> None:
        answer = bob.get(f"{proofing.base}marks.csv")
        text = answer.content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["File"], row["Person"], row["Lists"], row["Stars"]) for row in rows] == [
            ("IMG_0001.JPG", "Anna", "Album", ""), ("IMG_0002.JPG", "Anna", "Album", "2"),
            ("IMG_0002.JPG", "Ben", "Ours", "5"),
        ]  # fmt: skip
