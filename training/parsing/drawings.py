"""What in an SVG drawing could run, or reach out of it; pure."""

import re
from xml.parsers.expat import ExpatError, ParserCreate

RUNS = {"script", "foreignobject", "iframe", "embed", "object", "handler", "listener"}
_INSIDE = re.compile(r"#|data:image/(png|jpeg|gif|webp|avif)[;,]", re.IGNORECASE)
_OUTSIDE = re.compile(r"javascript:|@import|url\(\s*(?!['\"]?\s*(#|data:image/(?!svg)))", re.IGNORECASE)


def danger_in(drawing: bytes) -> str:
    """Names the first thing in a drawing that could run script or fetch from elsewhere; empty when there is none."""
    found: list[str] = []
    parser = ParserCreate(namespace_separator=" ")

    def begins(name: str, attributes: dict[str, str]) -> None:
        if (element := name.rpartition(" ")[2]).lower() in RUNS:
            found.append(element)
        for full, value in attributes.items():
            attribute = full.rpartition(" ")[2].lower()
            leads = attribute in ("href", "src") and not _INSIDE.match(value.strip())
            becomes = attribute == "attributename" and value.lower().endswith("href")  # an animation of where it leads
            if attribute.startswith("on") or leads or becomes or _OUTSIDE.search(value):
                found.append(f'{attribute}="{value.strip()[:60]}"')

    def says(text: str) -> None:
        if _OUTSIDE.search(text):
            found.append(text.strip()[:60])

    parser.StartElementHandler, parser.CharacterDataHandler, parser.buffer_text = begins, says, True
    parser.EntityDeclHandler = lambda name, *_: found.append(f"<!ENTITY {name}>")
    parser.ProcessingInstructionHandler = lambda target, _: found.append(f"<?{target}?>")
    try:
        parser.Parse(drawing, True)
    except (ExpatError, ValueError) as trouble:  # ValueError: an encoding that nobody knows
        found.append(f"what is no XML ({trouble})")
    return found[0] if found else ""
