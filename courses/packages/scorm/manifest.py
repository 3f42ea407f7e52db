"""Reads the manifest of a SCORM package: which version it is written for, what is played, and in which order.

Sources: SCORM 1.2 Content Aggregation Model, section 2.3; SCORM 2004 4th Edition CAM, section 3.4.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin

from lxml import etree  # type: ignore[import-untyped]

NAME = "imsmanifest.xml"
MOST_BYTES, MOST_SCOS, MOST_LETTERS = 2_000_000, 100, 4_000
OLD, NEW = "1.2", "2004"
Element = Any
"""Of lxml, which tells no types."""
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


class NotPlayable(Exception):
    """A file is no SCORM package that can be played: `what` is wrong with it, and how to `mend` that."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class Sco:
    """One thing that is played; an asset says nothing of itself, and is done by being opened.

    `href` is its address from the top of the package, with a query where it has one. `passing` is the score that
    passes, as written: from 0 to 100 in SCORM 1.2, from -1 to 1 in 2004.
    """

    title: str
    href: str
    is_asset: bool = False
    launch_data: str = ""
    passing: str = ""
    completing: str = ""


@dataclass(frozen=True)
class Manifest:
    """What a package says of itself; `version` is "1.2" or "2004"."""

    version: str
    edition: str
    title: str
    scos: tuple[Sco, ...] = field(default=())


def read_manifest(content: bytes) -> Manifest:
    """Reads a manifest; raises NotPlayable with the first thing that is wrong with it."""
    if len(content) > MOST_BYTES:
        raise NotPlayable(f"its {NAME} is longer than {MOST_BYTES // 10**6} MB", "make it with fewer entries")
    # Nothing is fetched and nothing expanded; libxml2 itself refuses what is deep or grows without end.
    careful = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, careful)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:  # the last two: an encoding that nobody knows
        raise NotPlayable(f"its {NAME} cannot be read ({error})", "export the package again") from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise NotPlayable(f"its {NAME} declares entities, which can do harm", "export the package again")
    version, edition = _version(root)
    organization = _organization(root)
    resources = _resources(root)
    scos = _scos(organization, resources) if organization is not None else []
    if not scos:  # a package of resources alone
        scos = [_sco(None, one, base) for one, base in resources.values() if _kind(one) == "sco"]
    if not scos:
        raise NotPlayable(f"its {NAME} names nothing that could be played", "export it as a SCORM package")
    if len(scos) > MOST_SCOS:
        raise NotPlayable(f"it has more than {MOST_SCOS} parts", "split it into several packages")
    return Manifest(version, edition, _title(organization) or scos[0].title, tuple(scos))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _attribute(element: Element | None, name: str) -> str:
    """An attribute by its name in small letters, whatever its namespace: tools write each in several ways."""
    attributes = element.attrib if element is not None else {}
    found = (value for key, value in attributes.items() if key.rpartition("}")[2].lower() == name)
    return next(found, "").strip()[:MOST_LETTERS]


def _first(element: Element | None, name: str) -> Element | None:
    return next((one for one in element if _local(one) == name), None) if element is not None else None


def _text(element: Element | None, name: str) -> str:
    found = _first(element, name)
    return " ".join((found.text or "").split())[:MOST_LETTERS] if found is not None else ""


def _title(element: Element | None) -> str:
    return _text(element, "title")[:200]


def _version(root: Element) -> tuple[str, str]:
    if _local(root) != "manifest":
        raise NotPlayable(f"its {NAME} is no manifest", "export it as a SCORM package")
    metadata = _first(root, "metadata")
    schema, said = _text(metadata, "schema"), _text(metadata, "schemaversion")
    names = " ".join({str(one.tag) + " ".join(one.attrib) for one in root.iter()}).lower()
    if said.startswith("1.2") or (not said and "adlcp_rootv1p2" in names):
        return OLD, "SCORM 1.2"
    if said.startswith(("2004", "CAM 1.3", "1.3")) or (not said and "adlcp_v1p3" in names):
        return NEW, f"SCORM {said}" if said.startswith("2004") else "SCORM 2004"
    shown = f"{schema} {said}".strip()[:60] or "of no version that is named"
    raise NotPlayable(f"it is {shown}", "export it as SCORM 1.2 or SCORM 2004")


def _organization(root: Element) -> Element | None:
    organizations = _first(root, "organizations")
    if organizations is None:
        return None
    every = [one for one in organizations if _local(one) == "organization"]
    wanted = _attribute(organizations, "default")
    return next((one for one in every if _attribute(one, "identifier") == wanted), every[0] if every else None)


def _resources(root: Element) -> dict[str, tuple[Element, str]]:
    resources = _first(root, "resources")
    if resources is None:
        return {}
    base = urljoin(root.get(_BASE, ""), resources.get(_BASE, ""))
    return {
        _attribute(one, "identifier"): (one, urljoin(base, one.get(_BASE, "")))
        for one in resources
        if _local(one) == "resource"
    }


def _scos(organization: Element, resources: dict[str, tuple[Element, str]]) -> list[Sco]:
    scos = []
    for item in organization.iter():  # in the order of the document, which is that of the tree
        named = _attribute(item, "identifierref") if _local(item) == "item" else ""
        if not named:
            continue
        if named not in resources:
            raise NotPlayable(f"its part {_title(item) or named} leads to no resource", "export the package again")
        scos.append(_sco(item, *resources[named]))
    return scos


def _kind(resource: Element) -> str:
    return _attribute(resource, "scormtype").lower()


def _sco(item: Element | None, resource: Element, base: str) -> Sco:
    href, parameters = _attribute(resource, "href"), _attribute(item, "parameters")
    title = _title(item) or _attribute(resource, "identifier")[:200]
    if not href:
        raise NotPlayable(f"its part {title} names no file to open", "export the package again")
    parameters = parameters.lstrip("?&")  # joined as CAM 3.4.1.5 says
    if parameters and not ("#" in href and parameters.startswith("#")):
        href += parameters if parameters.startswith("#") else f"{'&' if '?' in href else '?'}{parameters}"
    inside = list(item.iter()) if item is not None else []
    values = {_local(one): (one.text or "").strip()[:MOST_LETTERS] for one in inside}
    threshold = next((one for one in inside if _local(one) == "completionthreshold"), None)
    return Sco(
        title=title,
        href=urljoin(base, href),
        is_asset=_kind(resource) == "asset",
        launch_data=values.get("datafromlms", ""),
        passing=values.get("masteryscore", "") or values.get("minnormalizedmeasure", ""),
        completing=_attribute(threshold, "minprogressmeasure"),
    )


def file_of(href: str) -> str:
    """The name in the package of the file that an address leads to; empty where it leads out of the package."""
    path = href.split("#", 1)[0].split("?", 1)[0]
    if ":" in path.split("/", 1)[0] or path.startswith(("/", "\\")):
        return ""
    name = unquote(path).replace("\\", "/")
    return "" if ".." in name.split("/") else name.removeprefix("./")
