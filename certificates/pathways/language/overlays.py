"""Merges an overlay into the pathway that it extends, and keeps for each requirement whose rule it is."""

from training.parsing.findings import Findings
from training.parsing.keywords import GROUPS
from training.parsing.messages import nearest
from training.parsing.yaml import Table

VERBS = ("replace", "change", "remove", "add")
SECTIONS = ("entry", "requires", "keep", "return")
_JOINED = ("attributes", "sources")


def mark(table: Table, pathway: str) -> Table:
    """Name the pathway that wrote everything in a table."""
    table.origin = (pathway,)
    for _, below in table.tables():
        mark(below, pathway)
    for rows in table.values():
        if isinstance(rows, list):
            for row in rows:
                if isinstance(row, Table):
                    mark(row, pathway)
    return table


def merge(base: Table, overlay: Table, found: Findings) -> Table:
    """The base with everything that the overlay changes in it."""
    merged = base.copy()
    merged.file, merged.line = overlay.file, overlay.line
    for key, value in overlay.items():
        place = overlay.place(key)
        mine = merged.get(key)
        if key == "levels" and isinstance(value, Table) and isinstance(mine, Table):
            _merge_levels(mine, value, found)
        elif key == "deliveries" and isinstance(value, Table) and isinstance(mine, Table):
            for name, section in _all_tables(value, found):
                _merge_section(mine, name, section, found, level=None)
        elif key in _JOINED and isinstance(value, Table) and isinstance(mine, Table):
            for name in value:
                mine.put(name, value[name], value.place(name))
        elif key == "roles" and isinstance(value, list) and isinstance(mine, list):
            mine.extend(role for role in value if role not in mine)
            merged.lines[key] = place
        elif key != "extends":
            merged.put(key, value, place)
    return merged


def is_verb(value: object) -> bool:
    """Whether an entry changes a requirement instead of being one."""
    return isinstance(value, Table) and any(key in VERBS for key in value)


def ids_in(section: object) -> set[str]:
    """Every requirement id of a section, at any depth."""
    return {name for table in ([section] if isinstance(section, Table) else []) for name, _, _ in _walk(table)}


def _merge_levels(mine: Table, overlay: Table, found: Findings) -> None:
    for name, level in _all_tables(overlay, found):
        if "remove" in level:
            _remove(mine, name, level, found, "level")
        elif isinstance(mine.get(name), Table):
            _merge_level(mine[name], level, found)  # type: ignore[arg-type]
        else:
            mine.put(name, level, overlay.place(name))


def _all_tables(table: Table, found: Findings) -> list[tuple[str, Table]]:
    """The keys with their mappings; any other value is a mistake."""
    return [(key, below) for key in table if (below := found.table(table, key)) is not None]


def _merge_level(mine: Table, overlay: Table, found: Findings) -> None:
    for key, value in overlay.items():
        if key in SECTIONS and isinstance(value, Table):
            _merge_section(mine, key, value, found, level=mine)
        elif key == "renewal" and isinstance(value, Table) and isinstance(mine.get(key), Table):
            renewal = mine[key]
            assert isinstance(renewal, Table)
            for name, part in value.items():
                if name == "requires" and isinstance(part, Table):
                    _merge_section(renewal, name, part, found, level=mine)
                else:
                    renewal.put(name, part, value.place(name))
        else:
            mine.put(key, value, overlay.place(key))


def _merge_section(owner: Table, key: str, overlay: Table, found: Findings, *, level: Table | None) -> None:
    section = owner.get(key)
    if not isinstance(section, Table):
        section = Table(overlay.file, overlay.line)
        owner.put(key, section, overlay.place())
    for name, entry in overlay.items():
        if is_verb(entry):
            assert isinstance(entry, Table)
            _apply(section, name, entry, overlay, found)
        elif name in (_ids_of_level(level) if level is not None else ids_in(section)):
            remedy = f"write {name}: {{replace: …}} or {{change: …}}"
            found.add(overlay, name, f"{name} stands in the base already", remedy)
        else:
            section.put(name, entry, overlay.place(name))


def _apply(section: Table, name: str, entry: Table, overlay: Table, found: Findings) -> None:
    verb = next(key for key in entry if key in VERBS)
    if len(entry) > 1:
        found.add(overlay, name, f"{verb} stands beside other keys", "write one verb and nothing else")
        return
    owner = next((owner for one, owner, _ in _walk(section) if one == name), None)
    if owner is None:
        what = f"{name} is no requirement of this section of the base"
        found.add(overlay, name, what, nearest(name, sorted(ids_in(section))))
        return
    if verb == "remove":
        _remove(owner, name, entry, found, "requirement")
        return
    target, value = owner[name], entry[verb]
    if not isinstance(value, Table) or not isinstance(target, Table):
        found.add(entry, verb, f"{verb} has no mapping", f"write {verb}: with keys below it")
    elif verb == "replace":
        owner.put(name, value, entry.place(verb))
    elif verb == "change":
        for key, changed in value.items():
            if changed is not None:
                target.put(key, changed, value.place(key))
            elif key in target:
                target.take_out(key)
        target.origin += tuple(one for one in overlay.origin if one not in target.origin)
    else:
        _add(target, value, entry, found)


def _add(target: Table, more: Table, entry: Table, found: Findings) -> None:
    group = next((target[kind] for kind in GROUPS if kind in target), None)
    if not isinstance(group, Table):
        found.add(entry, "add", "add stands on a requirement that is no group", "replace it by a group")
        return
    for name, value in more.items():
        if name in group:
            found.add(more, name, f"{name} stands in the group already", f"write {name}: {{replace: …}} instead")
        else:
            group.put(name, value, more.place(name))
    target.origin += tuple(one for one in more.origin if one not in target.origin)


def _remove(owner: Table, name: str, entry: Table, found: Findings, kind: str) -> None:
    if not isinstance(entry["remove"], str) or not entry["remove"]:
        found.add(entry, "remove", f"{name} is removed without a reason", "write why: {remove: why}")
    elif name not in owner:
        found.add(entry, "remove", f"{name} is no {kind} of the base", nearest(name, owner))
    else:
        owner.take_out(name)


def _ids_of_level(level: Table) -> set[str]:
    found = {name for key in SECTIONS for name in ids_in(level.get(key))}
    renewal = level.get("renewal")
    return found | (ids_in(renewal.get("requires")) if isinstance(renewal, Table) else set())


def _walk(section: Table) -> list[tuple[str, Table, object]]:
    """Every requirement of a section at any depth: its id, the table it stands in, and itself."""
    found: list[tuple[str, Table, object]] = []
    for name, entry in section.items():
        found.append((name, section, entry))
        if isinstance(entry, Table):
            for kind in GROUPS:
                below = entry.get(kind)
                if isinstance(below, Table):
                    found += _walk(below)
    return found
