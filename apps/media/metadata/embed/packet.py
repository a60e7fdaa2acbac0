"""XMP that says what the studio says, beside all else that a file's packet said before.

Properties and their forms: ISO 16684-1, IPTC Photo Metadata Standard 2023.2, and part 2 of the XMP specification for
the camera's.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from apps.media.metadata.embed.description import PICKS, Description

RDF, X = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "adobe:ns:meta/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACES: Final = {
    "x": X,
    "rdf": RDF,
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
}
# What is said even when there is nothing to say, so that what was said before goes.
_ALWAYS: Final = (
    "dc:description", "dc:subject", "Iptc4xmpExt:PersonInImage", "xmp:Rating", "xmp:Label", "digiKam:PickLabel",
    "Iptc4xmpCore:Location",
)  # fmt: skip
MOST_BYTES: Final = 1 << 20
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WRAP = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', '\n<?xpacket end="w"?>'


def merged(old: bytes, said: Description) -> bytes:
    """A packet that says this, and of the old one all that is about something else.

    old: a file's packet, b"" for none. One that is no XML, is too long or brings a document type is left out: entities
    of a stranger are never expanded.
    """
    tree = _tree(old)
    properties = _properties(said)
    if tree is None:
        tree = Element(f"{{{X}}}xmpmeta")
        rdf = SubElement(tree, f"{{{RDF}}}RDF")
    else:
        found = tree if tree.tag == f"{{{RDF}}}RDF" else tree.find(f".//{{{RDF}}}RDF")
        rdf = found if found is not None else SubElement(tree, f"{{{RDF}}}RDF")
        _forget(rdf, {_name(name) for name in (*_ALWAYS, *properties)})
    ours = SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": _about(rdf)})
    for name, value in properties.items():
        _say(ours, name, value)
    # Last, so that no packet of a stranger gives our names to something else.
    for prefix, space in _SPACES.items():
        ElementTree.register_namespace(prefix, space)
    begin, end = _WRAP
    return (begin + ElementTree.tostring(tree, encoding="unicode") + end).encode()


def _tree(old: bytes) -> Element | None:
    try:
        # As text, so that the packet's own word on its encoding cannot hide a document type.
        text = old.decode().strip("\0\ufeff \r\n\t")
        if not text or len(old) > MOST_BYTES or "<!DOCTYPE" in text or "<!ENTITY" in text:
            return None
        spaces: Any = ElementTree.XMLPullParser(["start-ns"])
        spaces.feed(text)
        # Other programs' own prefixes are kept, for some of them look for their letters.
        for _, (prefix, space) in spaces.read_events():
            if prefix and not re.fullmatch(r"ns\d+", prefix):
                ElementTree.register_namespace(prefix, space)
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None


def _forget(rdf: Element, names: set[str]) -> None:
    """Take these properties out, in either of the two forms that a packet may give them."""
    for description in rdf.findall(f"{{{RDF}}}Description"):
        for child in [child for child in description if child.tag in names]:
            description.remove(child)
        for attribute in names.intersection(description.attrib):
            del description.attrib[attribute]


def _about(rdf: Element) -> str:
    """What the packet is about: all descriptions must say the same."""
    first = rdf.find(f"{{{RDF}}}Description")
    return first.get(f"{{{RDF}}}about", "") if first is not None else ""


def _name(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def _say(ours: Element, name: str, value: str | tuple[str, ...]) -> None:
    """One property: a text, or the kind of list that the standard asks for."""
    element = SubElement(ours, _name(name))
    kind = _LISTS.get(name)
    if kind is None:
        element.text = _clean(str(value))
        return
    inside = SubElement(element, f"{{{RDF}}}{kind}")
    for text in (value,) if isinstance(value, str) else value:
        item = SubElement(inside, f"{{{RDF}}}li", {XML_LANG: "x-default"} if kind == "Alt" else {})
        item.text = _clean(text)


_LISTS: Final = {
    "dc:description": "Alt",
    "dc:rights": "Alt",
    "dc:creator": "Seq",
    "dc:subject": "Bag",
    "Iptc4xmpExt:PersonInImage": "Bag",
}


def _properties(said: Description) -> dict[str, str | tuple[str, ...]]:
    """Every property that has something to say."""
    moment = said.moment
    written = moment.isoformat(timespec="auto") + said.offset if moment else ""
    found: dict[str, str | tuple[str, ...]] = {
        "dc:description": said.caption,
        "dc:subject": said.keywords,
        "Iptc4xmpExt:PersonInImage": said.people,
        "xmp:Rating": str(said.rating) if said.rating else "",
        "xmp:Label": said.label.capitalize(),
        "digiKam:PickLabel": PICKS.get(said.flag, ""),
        "Iptc4xmpCore:Location": said.place,
        "photoshop:DateCreated": written,
        "exif:DateTimeOriginal": written,
        "dc:creator": said.creator,
        "photoshop:Credit": said.credit,
        "dc:rights": said.copyright,
        "xmpMM:PreservedFileName": said.file_name,
    }
    if said.latitude is not None and said.longitude is not None:
        found["exif:GPSLatitude"] = _minutes(said.latitude, "NS")
        found["exif:GPSLongitude"] = _minutes(said.longitude, "EW")
    if said.altitude_m is not None:
        found["exif:GPSAltitude"] = f"{round(abs(said.altitude_m) * 1000)}/1000"
        found["exif:GPSAltitudeRef"] = "1" if said.altitude_m < 0 else "0"
    return {name: value for name, value in found.items() if value}


def _minutes(degrees: float, sides: str) -> str:
    """Degrees as XMP writes them: "47,22.5500000N"."""
    # Rounded as a whole, so that no sixty minutes are written.
    tiny = round(abs(degrees) * 60 * 10**7)
    return f"{tiny // (60 * 10**7)},{tiny % (60 * 10**7) / 10**7:.7f}{sides[degrees < 0]}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
