"""Writes SCORM packages for tests: the smallest that play, and changes to make them faulty or hostile."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

OLD = """\
<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="one" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="all">
    <organization identifier="all"><title>Fire drill</title>{items}</organization>
  </organizations>
  <resources>{resources}</resources>
</manifest>
"""
NEW = (
    OLD.replace("imscp_rootv1p1p2", "imscp_v1p1")
    .replace("adlcp_rootv1p2", "adlcp_v1p3")
    .replace("<schemaversion>1.2<", "<schemaversion>2004 4th Edition<")
)
PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fire drill</title></head>
<body><h1>Fire drill</h1><p id="told"></p>
<button id="half">To page 2</button> <button id="done">Finish</button>
<script>
let api = null;
for (let at = window; !api; at = at.parent) {{ api = at.{api}; if (at === at.parent) break; }}
const old = {old};
const call = (name, ...given) => api[(old ? "LMS" : "") + name](...given);
const place = old ? "cmi.core.lesson_location" : "cmi.location";
call("Initialize", "");
document.getElementById("told").textContent = "You are at: " + (call("GetValue", place) || "the start");
document.getElementById("half").onclick = () => {{
  call("SetValue", place, "page 2"); call("SetValue", "cmi.suspend_data", "two pages seen");
  call("SetValue", old ? "cmi.core.lesson_status" : "cmi.completion_status", "incomplete");
  call("SetValue", old ? "cmi.core.exit" : "cmi.exit", "suspend"); call("Commit", "");
  document.getElementById("told").textContent = "You are at: page 2";
}};
document.getElementById("done").onclick = () => {{
  call("SetValue", old ? "cmi.core.score.raw" : "cmi.score.scaled", old ? "85" : "0.85");
  call("SetValue", old ? "cmi.core.lesson_status" : "cmi.completion_status", "completed");
  if (!old) call("SetValue", "cmi.success_status", "passed");
  call("Terminate".replace("Terminate", old ? "Finish" : "Terminate"), "");
  document.getElementById("told").textContent = "Finished";
}};
</script></body></html>
"""
OLD_PAGE = PAGE.format(api="API", old="true")
NEW_PAGE = PAGE.format(api="API_1484_11", old="false")


def item(name: str, title: str, more: str = "") -> str:
    """One part of a manifest."""
    return f'<item identifier="item-{name}" identifierref="{name}"><title>{title}</title>{more}</item>'


def resource(name: str, href: str, kind: str = "sco") -> str:
    """What a part of a manifest opens."""
    named = f'adlcp:scormtype="{kind}" adlcp:scormType="{kind}"'
    return f'<resource identifier="{name}" type="webcontent" {named} href="{href}"><file href="{href}"/></resource>'


def manifest(shape: str = OLD, items: str = "", resources: str = "") -> str:
    """A manifest, of one part unless more are given."""
    return shape.format(
        items=items or item("a", "Fire drill"), resources=resources or resource("a", "pages/index.html")
    )  # fmt: skip


def zipped(files: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Writes files as a zip."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def package(shape: str = OLD, changes: Mapping[str, str | bytes | None] | None = None) -> bytes:
    """A package that plays, of SCORM 1.2 or 2004, with some files changed, added or (None) left out."""
    page = OLD_PAGE if shape == OLD else NEW_PAGE
    files = {"imsmanifest.xml": manifest(shape), "pages/index.html": page, "pages/sign.svg": "<svg/>"} | (changes or {})
    return zipped({name: content for name, content in files.items() if content is not None})
