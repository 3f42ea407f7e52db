"""Whatever happens in one programme changes no verdict of another, for rules and records drawn at random."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, Phase, given, settings

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import load_pathway, read
from certificates.evidence.rules import TypedEvidence
from certificates.pathways.forms import PERSONAL, RecordForm, record_forms
from tests.certificates.pathways.random_pathways import tables
from tests.certificates.world import TODAY, at, take_part
from training.demo.cast import known
from training.demo.doing import being
from training.parsing.keywords import NUMBER, TEXT, YES_OR_NO
from training.people.models import Person
from training.programmes.roles import RoleWish, give_programme_role
from training.records.actions import record_for
from training.records.rules import Confirmer
from training.sites.models import Site

PAIRS = 12
NOW = at(TODAY)
PLAIN = {"held": {"role": "steward"}, "signed": {"supervision": "group", "by": "steward"}}
"""Rules that each of the pathways has, as most of what is drawn is hard to meet."""
Table = dict[str, Any]


def drawn_pairs() -> list[tuple[Table, Table]]:
    """Draws pairs of pathways that ask for the same names."""
    found: list[tuple[Table, Table]] = []

    @settings(max_examples=PAIRS, phases=[Phase.generate], deadline=None, suppress_health_check=[*HealthCheck])
    @given(tables(), tables())
    def draw(first: Table, second: Table) -> None:
        found.append((first, second))

    draw()
    return found


def attributes(form: RecordForm, chance: Random) -> dict[str, Any]:
    """Fills in most fields of a form."""
    one_of = {NUMBER: lambda _: chance.randint(1, 9), TEXT: lambda one: chance.choice([*one.values, "red"]),
              YES_OR_NO: lambda _: True}  # fmt: skip
    fields = [one for one in form.fields if one.kind in one_of and chance.random() < 0.8]
    found = {one.name: one_of[one.kind](one) for one in fields} | (
        {"result": "passed"} if "result" in form.parts else {}
    )
    return found | ({"completed": 1} if "completed" in found else {})


async def said(key: str, slug: str) -> Table:
    """Tells the whole verdict on somebody, or on a site, with all of its reasons."""
    holder = await (Site.get(code="RIV") if key == "site" else Person.get(id=known(key)))
    return (await judge(holder, await PathwayVersion.get(slug=slug), as_of=TODAY)).verdict.as_json()


async def much_happens_in(slug: str, chance: Random, *, roles: bool) -> None:
    """Records what every form of a programme asks, but what belongs to the person; gives who signs roles in it."""
    version, dara, chloe = await PathwayVersion.get(slug=slug), await being("dara", TODAY), await being("chloe", TODAY)
    pathway = read(version)
    for role in pathway.roles if roles else ():
        for key in ("amina", "hana"):
            wish = RoleWish(version.programme_id, role, TODAY - timedelta(chance.randint(0, 90)))
            await give_programme_role(known(key), wish, known=pathway.roles, actor=dara, now=NOW)
    for kind, holder in (("person", await Person.get(id=known("amina"))), ("site", await Site.get(code="RIV"))):
        for form in record_forms([pathway], kind):
            if form.type not in PERSONAL | {"award", "role", "relation"}:
                entry = TypedEvidence(
                    form.type, form.what or "group", TODAY - timedelta(chance.randint(0, 30)), name="Friday",
                    programme=version.programme_id, attributes=attributes(form, chance),
                    by=(Confirmer("Hana", known("hana")),), team=(Confirmer("Nadia", known("nadia")),),
                )  # fmt: skip
                await record_for(holder, entry, key=uuid4(), actor=chance.choice([dara, chloe]), now=NOW)


async def test_records_waivers_and_roles_of_one_programme_change_no_verdict_of_another(database, tmp_path: Path):
    changed = 0
    for number, (first, second) in enumerate(drawn_pairs()):
        slugs = [f"first{number}", f"second{number}"]
        for slug, table in zip(slugs, (first, second), strict=True):
            table["levels"]["leader"]["requires"] |= PLAIN
            path = tmp_path / f"{slug}.yaml"
            path.write_text(json.dumps(table | {"pathway": slug, "title": slug, "version": "1"}), "utf-8")
            await load_pathway(path, actor=await being("dara", TODAY), now=NOW)
            await take_part(slug)
        await much_happens_in(slugs[0], Random(number), roles=False)
        before = {(who, slug): await said(who, slug) for who in ("amina", "site") for slug in slugs}
        await much_happens_in(slugs[1], Random(number), roles=True)
        for who in ("amina", "site"):
            assert await said(who, slugs[0]) == before[who, slugs[0]], (first, second)
            changed += await said(who, slugs[1]) != before[who, slugs[1]]
    assert changed >= PAIRS, "what happened changes its own programme, or nothing was tried"
