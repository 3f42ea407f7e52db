"""Reads the case files of the pathway language and compares verdicts with what they expect."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.engine.verdict import Verdict
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_instruments, read_pathway, read_text
from certificates.pathways.language.schema import Pathway
from training.instruments.schema import InstrumentSchema
from training.parsing.yaml import read_table

HERE = Path(__file__).parent
CASES = HERE / "cases"
OF_LEVEL = ("result", "may_start")
OF_STANDING = ("valid_until", "renewal_opens", "grace_until", "lapsed_on")
PARTS = ("renewal", "keep", "return", "lifted_by")


@dataclass(frozen=True)
class CaseRow:
    """One case of a file."""

    file: str
    name: str
    pathway: Path
    instruments: Path | None
    evidence: Mapping[str, Any]
    as_of: date
    known_at: date | None
    expect: Mapping[str, Any]
    error: tuple[str, ...]


def all_cases() -> Iterator[CaseRow]:
    """Every case of every file, in the order of the files."""
    for path in sorted(CASES.glob("*.yaml")):
        table = read_table(read_text(path), str(path))
        for case in table["cases"]:  # type: ignore[attr-defined]
            yield _row(path, table, case)


def evaluated(row: CaseRow) -> Verdict:
    """The verdict on a case."""
    tools = _instruments(row.instruments) if row.instruments else []
    evidence = Evidence.of(row.evidence)
    return evaluate(_pathway(row.pathway), evidence, row.as_of, row.known_at, tools)


def differences(expect: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[str]:
    """What in a verdict is not as expected, one line each."""
    found: list[str] = []
    for key, wanted in expect.items():
        if key == "levels":
            found += _differ("levels", sorted(_level_name(one) for one in verdict["levels"]), sorted(wanted))
        elif key == "in_force":
            found += _differ(key, verdict[key], wanted)
        elif key.startswith("delivery "):
            record = key.removeprefix("delivery ")
            delivery = next(one for one in verdict["deliveries"] if one["record"] == record)
            found += _of_nodes(key, {"result": delivery["result"]}, delivery["requires"], wanted)
        else:
            level = next((one for one in verdict["levels"] if key in (one["level"], _level_name(one))), None)
            found += _of_level(key, level, wanted) if level else [f"{key}: no such level"]
    return found


@cache
def _pathway(path: Path) -> Pathway:
    return read_pathway(path)


@cache
def _instruments(folder: Path) -> list[InstrumentSchema]:
    return read_instruments(folder)


def _row(path: Path, table: Mapping[str, Any], case: Mapping[str, Any]) -> CaseRow:
    def of(key: str) -> Any:
        return case[key] if key in case else table.get(key)

    out = case.get("without", ())
    records = [one for one in table.get("records") or () if one["id"] not in out] + list(case.get("with", ()))
    evidence = {key: of(key) for key in ("holder", "kind", "site", "gaps") if of(key) is not None}
    return CaseRow(
        file=path.stem,
        name=case["name"],
        pathway=(path.parent / of("pathway")).resolve(),
        instruments=(path.parent / of("instruments")).resolve() if of("instruments") else None,
        evidence={**evidence, "records": records},
        as_of=case["as_of"],
        known_at=case.get("known_at"),
        expect=case.get("expect", {}),
        error=tuple(case.get("error", ())),
    )


def _level_name(level: Mapping[str, Any]) -> str:
    return level["level"] + (f"[{next(iter(level['per'].values()))}]" if level["per"] else "")


def _of_level(name: str, level: Mapping[str, Any], expect: Mapping[str, Any]) -> list[str]:
    standing = level["standing"]
    decision = level["decision"]
    said: dict[str, Any] = {key: level[key] for key in OF_LEVEL} | {key: standing[key] for key in OF_STANDING}
    said["standing"] = standing["state"] + ("" if standing["certain"] else " (uncertain)")
    said["decision"] = f"{decision['outcome']} {decision['in_order']}" if decision else None
    said |= {key: level[key] and level[key]["result"] for key in PARTS}
    nodes = [*level["entry"], *level["requires"]]
    for part in PARTS:
        nodes += level[part]["requires"] if level[part] else []
    for permit in level["permits"]:
        said[f"may {permit['may']}"] = permit
        nodes += permit["while"]
    return _of_nodes(name, said, nodes, expect)


def _of_nodes(name: str, said: Mapping[str, Any], nodes: list[Any], expect: Mapping[str, Any]) -> list[str]:
    index = {node["id"]: node for node in _walk(nodes)}
    found: list[str] = []
    for key, wanted in expect.items():
        place = f"{name}.{key}"
        if key.startswith("may ") and key in said:
            fields = wanted if isinstance(wanted, Mapping) else {"result": wanted}
            found += [line for field, want in fields.items() for line in _differ(place, said[key][field], want)]
        elif key in said:
            found += _differ(place, said[key], _plain(wanted))
        elif key in index:
            found += _of_node(place, index[key], wanted)
        else:
            found.append(f"{place}: no such requirement")
    return found


def _of_node(place: str, node: Mapping[str, Any], wanted: Any) -> list[str]:
    fields = dict(wanted) if isinstance(wanted, Mapping) else {"is": wanted}
    found: list[str] = []
    counts = {count["of"]: count for count in node["counts"]}
    for field, want in fields.items():
        if field == "is":
            found += _differ(place, _short(node, len(str(want).split()), ".." in str(want)), str(want))
        elif field == "counts":
            for of, numbers in want.items():
                found += _differ(f"{place} {of}", f"{counts[of]['have']}/{counts[of]['need']}", str(numbers))
        elif field == "left":
            found += [line for of, left in want.items() for line in _differ(f"{place} {of}", counts[of]["left"], left)]
        else:
            found += _differ(f"{place} {field}", node[field], _plain(want))
    return found


def _short(node: Mapping[str, Any], words: int, with_might: bool) -> str:
    if words == 1:
        return str(node["result"])
    count = node["counts"][0]
    might = "*" if count["might_have"] is None else count["might_have"]
    have = f"{count['have']}..{might}" if with_might else f"{count['have']}"
    return f"{node['result']} {have}/{count['need']}"


def _walk(nodes: list[Any]) -> Iterator[Any]:
    for node in nodes:
        yield node
        yield from _walk(node["children"])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _differ(place: str, said: Any, wanted: Any) -> list[str]:
    return [] if said == wanted else [f"{place}: {said}, and not {wanted}"]


ROWS_OF_FILES = list(all_cases())
