"""A refusal says the true reason, what to do now, and has a heading of its kind."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.certificates.world import BY_RULES, TODAY, certified, changed, publish_pathway
from tests.courses.conftest import small_steps
from tests.training.assessments.conftest import version
from training.assessments.models import Assessment
from training.demo.cast import known
from training.people.models import Permission

__all__ = ["small_steps", "version"]
ASSESSES = BY_RULES.replace("  leader:", "  assessor:").replace("may: lead groups", "may: assess groups")

RATES = BY_RULES.replace("steady", "rated").replace("{qualification: first aid", "{assessment: leading")


def heading(answer) -> str:
    """The page's one first heading."""
    return re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", answer.text, re.DOTALL)[1]


@pytest.mark.parametrize(
    ("state", "says", "now"),
    [
        ("suspended", "The certificate to assess is suspended", "Ask the central unit why, and when it goes on"),
        ("withdrawn", "The certificate to assess was withdrawn", "Ask the central unit"),
    ],
)
async def test_an_assessor_on_hold_reads_why_and_what_to_do(browse, tmp_path, version, state, says, now):
    await publish_pathway(tmp_path, ASSESSES)
    found = await certified("bruno", TODAY - timedelta(days=30))
    form = {
        "key": str(uuid4()), "person": str(known("amina")), "version": str(version.id), "observed": str(TODAY),
        "medium": "live", "programme": str(known("growing-together")),
    }  # fmt: skip
    bruno = await browse("bruno")
    await changed(found, state, on=TODAY)
    answer = await bruno.post("/assessments/new", data=form)
    assert answer.status_code == 422
    assert says in answer.text and now in answer.text
    assert "Renew it first" not in answer.text


@pytest.mark.by_hand
async def test_who_let_a_period_run_out_is_told_to_renew(browse, tmp_path, version):
    await publish_pathway(tmp_path, ASSESSES)
    await certified("bruno", TODAY - timedelta(days=30))
    await Permission.filter(person_id=known("bruno")).update(ends=TODAY - timedelta(days=2))
    programme = str(known("growing-together"))
    form = {"key": str(uuid4()), "person": str(known("amina")), "version": str(version.id), "observed": str(TODAY)}
    answer = await (await browse("bruno")).post(
        "/assessments/new", data=form | {"medium": "live", "programme": programme}
    )
    assert "Renew it first" in answer.text


async def test_a_programme_is_asked_for_only_where_neither_instrument_nor_place_settles_it(browse, tmp_path, version):
    await publish_pathway(tmp_path, ASSESSES)
    await certified("bruno", TODAY - timedelta(days=30))
    bruno = await browse("bruno")
    assert "Which programme" not in (await bruno.get("/assessments/new")).text
    form = {"key": str(uuid4()), "person": str(known("amina")), "version": str(version.id), "observed": str(TODAY)}
    asked = await bruno.post("/assessments/new", data=form | {"medium": "live"})
    assert asked.status_code == 422 and "Which programme was it?" in asked.text
    await publish_pathway(tmp_path, RATES)
    begun = await bruno.post("/assessments/new", data=form | {"medium": "live"})
    assert (begun.status_code, (await Assessment.get().select_related("programme")).programme.slug) == (303, "rated")


async def test_headings_of_refusals_are_true_by_kind(browse, small_steps):
    amina = await browse("amina")
    assert heading(await amina.get("/people")) == "This is not for you"
    assert heading(await amina.get("/certificates/00000000-0000-0000-0000-000000000007")) == "We could not find this"
    assert heading(await amina.get("/nowhere")) == "Page not found"
    await amina.post("/courses/small-steps/start")
    answers = [await amina.get(path) for path in ("/courses/small-steps/speaking/page", "/courses/small-steps/nothing")]
    assert "you may not see this" not in "".join(answer.text for answer in answers)
    assert heading(answers[1]) == "We could not find this"
    stranger = await browse("")
    told = await stranger.get("/api/v1/me")
    assert told.status_code in (401, 403)
