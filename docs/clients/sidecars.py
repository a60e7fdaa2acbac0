"""What clients said of a photo, written into its XMP sidecar, beside all that stands there already.

    xmp:Rating, xmp:Label          all visitors as one; a rejected photo is rated -1
    dc:subject                     the lists that the photo is in
    lr:hierarchicalSubject         each visitor alone: "Clients|Anna|Album", "Clients|Anna|4 stars"
    photoshop:Instructions         the comments

Lightroom, Bridge and Capture One read these. A rating or label that somebody changed since we wrote it stays.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

NAMES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}
TREE = "Clients"
EMPTY = '<x:xmpmeta xmlns:x="{x}"><rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
for _prefix, _space in NAMES.items():
    ET.register_namespace(_prefix, _space)


def sidecar_of(photo: Path) -> Path:
    """Where the sidecar of a photo stands: "IMG_1.xmp" beside "IMG_1.CR3"."""
    return photo.with_suffix(".xmp")


def write_marks(photo: Path, marks: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """Write an entry of `GET /api/albums/:id/marks` into the sidecar.

    written: what this returned for the photo the last time ({} at first). Returns what we wrote, to be remembered.
    """
    file = sidecar_of(photo)
    if not file.exists() and not (marks["visitors"] or marks["comments"]):
        return {}
    tree = ET.ElementTree(ET.fromstring(file.read_bytes() if file.exists() else EMPTY.format(**NAMES)))
    about = tree.getroot().find(".//rdf:Description", NAMES)
    if about is None:
        raise ValueError(f"{file} holds no rdf:Description")
    ours = {
        "xmp:Rating": _rating(marks["merged"]),
        "xmp:Label": marks["merged"]["label"].capitalize(),
        "photoshop:Instructions": "\n".join(_comments(marks)),
    }
    kept = {name: value for name, value in ours.items() if _put(about, name, value, str(written.get(name, "")))}
    lists = sorted({pick["title"] for one in marks["visitors"] for pick in one["picks"]})
    _put_words(about, "dc:subject", lists, set(written.get("lists", [])))
    tags = [f"{TREE}|{tag}" for one in marks["visitors"] for tag in _tags(one)]
    _put_words(about, "lr:hierarchicalSubject", tags, set(written.get("tags", [])))
    draft = file.with_suffix(".xmp.part")
    tree.write(draft, encoding="utf-8", xml_declaration=True)
    draft.replace(file)
    return {**kept, "lists": lists, "tags": tags}


def _rating(merged: dict[str, Any]) -> str:
    if merged["verdict"] == "rejected":
        return "-1"
    return str(merged["stars"] or "")


def _tags(one: dict[str, Any]) -> list[str]:
    stars, name = one["stars"], one["name"].replace("|", "/")
    words = [pick["title"] for pick in one["picks"]]
    words += [word for word in (one["verdict"], one["label"], f"{stars} stars" if stars else "") if word]
    return [f"{name}|{word}" for word in words]


def _comments(marks: dict[str, Any]) -> list[str]:
    names = {one["visitor"]: one["name"] for one in marks["visitors"]}
    return [f"{names.get(one['visitor'], 'A guest')}: {one['body']}" for one in marks["comments"] if one["visitor"]]


def _put(about: ET.Element, name: str, value: str, before: str) -> bool:
    """Set a property unless somebody else has; True if it holds our value now."""
    key = _qualified(name)
    child = about.find(name, NAMES)
    now = about.get(key) or (child.text or "" if child is not None else "")
    if now not in ("", "0", before, value):
        return False
    if child is not None:
        about.remove(child)
    about.attrib.pop(key, None)
    if value:
        about.set(key, value)
    return True


def _put_words(about: ET.Element, name: str, words: list[str], before: set[str]) -> None:
    """Exchange our former words in a list for these; all others stay as they are."""
    child = about.find(name, NAMES)
    there = [] if child is None else [one.text or "" for one in child.iterfind(".//rdf:li", NAMES)]
    wanted = list(dict.fromkeys([*(word for word in there if word not in before), *words]))
    if child is not None:
        about.remove(child)
    if wanted:
        bag = ET.SubElement(ET.SubElement(about, _qualified(name)), _qualified("rdf:Bag"))
        for word in wanted:
            ET.SubElement(bag, _qualified("rdf:li")).text = word


def _qualified(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"
