"""How many groups could run: as many pairs as the people at one site make who hold what rules ask, now and later."""

from collections import defaultdict

import pytest

from certificates.evaluations.models import Certification, PathwayVersion
from certificates.evaluations.standing import GOOD
from certificates.figures.groups import TeamRule, groups_table, teams_of
from certificates.figures.questions import FigureQuestion
from certificates.pathways.language.read import read_pathway_text
from certificates.register.history import look_back, where
from certificates.register.register import RegisterFilter
from tests.certificates.register.test_questions import by_the_rules, nation, some_day
from tests.certificates.world import BY_RULES, TODAY
from training.demo.cast import known
from training.demo.doing import being
from training.parsing.lengths import Length, add
from training.sites.history import Moment

pytestmark = pytest.mark.by_hand
__all__ = ["nation"]
PAIRS = f"{BY_RULES}\ndeliveries:\n  group:\n    pair: {{team: any, holds: leader, at_least: 2}}\n"


def test_the_rules_say_how_many_lead_a_group():
    assert teams_of(read_pathway_text("steady", BY_RULES, {})) == []
    assert teams_of(read_pathway_text("steady", PAIRS, {})) == [TeamRule(2, ("leader",))]


@pytest.mark.parametrize("by", ["area", "site", "programme", "reads"])
@pytest.mark.parametrize("nation", [3, 5], indirect=True)
async def test_people_of_one_site_make_pairs_and_those_of_two_do_not(nation, by):
    await PathwayVersion.filter(slug="steady").update(text=PAIRS, programme_id=known("growing-together"))
    dara = await being("dara", TODAY)
    for on in (TODAY, some_day(nation)):
        at_site, later = defaultdict(set), defaultdict(set)
        stood = await by_the_rules(RegisterFilter(on, None, standing="all"))
        rows = await Certification.filter(person_id__isnull=False)
        then = await look_back(known("together"), Moment(on), people=[one.person_id for one in rows])
        for one in rows:
            site = where(then.belonging.get(one.person_id, ()), one.site_id, then.moment)
            if site and one.id in stood and stood[one.id]["standing"] in GOOD:
                at_site[site].add(one.person_id)
                last = one.over or one.ends
                if last is None or last >= add(on, Length.of("P6M")):
                    later[site].add(one.person_id)
        whole = (await groups_table(dara, FigureQuestion("groups", by, on))).rows[0].figures
        assert whole["groups"].number == sum(len(one) // 2 for one in at_site.values()), on
        assert whole["groups_later"].number == sum(len(one) // 2 for one in later.values()), on
        assert whole["leaders"].number == sum(map(len, at_site.values())) > 3, on


@pytest.mark.parametrize("nation", [5], indirect=True)
async def test_the_page_says_what_the_rules_ask(nation, service, browse):
    await PathwayVersion.filter(slug="steady").update(text=PAIRS, programme_id=known("growing-together"))
    page = (await (await browse("dara")).get("/figures?show=groups&by=reads")).text
    assert "a group is led by 2 people who are leader" in page and "Groups in six months" in page
    assert "those who lead a group together all have that language" in page
    await PathwayVersion.filter(slug="steady").update(text=BY_RULES)
    page = (await (await browse("dara")).get("/figures?show=groups")).text
    assert "the rules do not say how many lead a group, so one person is counted" in page and "by 1 person" not in page
