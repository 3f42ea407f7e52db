"""My pathway, my certificates and a site's page: what is offered, in one state, each with its day."""

from uuid import uuid4

import pytest

from courses.learning.journey import journey_of
from courses.learning.models import Completion, Enrolment, Progress
from tests.certificates.world import (
    BY_RULES,
    NAMED,
    TODAY,
    at,
    certificate_of,
    certified,
    changed,
    publish_pathway,
    shown,
    waiting,
)
from tests.courses.conftest import small_steps
from training.core.dates import day
from training.demo.cast import known

__all__ = ["small_steps"]


@pytest.mark.by_hand
async def test_a_course_is_offered_as_long_as_there_is_one_to_go_on_with(browse, tmp_path, small_steps):
    more = "\n      trained: {qualification: trained, title: Trained}\n    valid:"
    await publish_pathway(tmp_path, BY_RULES.replace("\n    valid:", more))
    await shown("amina")
    amina = await browse("amina")
    assert "Begin a course" in (await amina.get("/pathways")).text
    assert (await amina.post(f"/courses/{small_steps}/start")).status_code == 303
    page = (await amina.get("/pathways")).text
    assert "Continue with my course" in page and f"/courses/{small_steps}/continue" in page
    enrolment = await Enrolment.get(person_id=known("amina"))
    outline = (await journey_of(enrolment)).outline
    for chapter in outline.chapters:
        given = {"enrolment_id": enrolment.id, "person_id": known("amina"), "version_id": enrolment.version_id}
        await Completion.create(id=uuid4(), module=chapter.slug, happened=at(TODAY), recorded=at(TODAY), **given)
        for part in chapter.parts:
            reached = {"opened": at(TODAY), "done": at(TODAY)}
            await Progress.update_or_create(reached, enrolment_id=enrolment.id, activity_id=part.id)
    page = (await amina.get("/pathways")).text
    assert "Continue with my course" not in page and "Begin a course" not in page and "Log something" in page


async def test_renewal_stands_apart_from_what_is_done_and_ends_with_the_certificate(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    found = await certified("amina")
    amina = await browse("amina")
    assert "For renewal: 0 of 1 done" in (await amina.get("/pathways")).text
    await changed(found, "withdrawn", on=TODAY)
    page = (await amina.get("/pathways")).text
    assert "1 of 1 done" in page and "First aid once more" not in page and "For renewal" not in page


@pytest.mark.parametrize("state", ["withdrawn", "suspended"])
async def test_a_certificate_that_does_not_hold_says_since_when_in_the_list(browse, tmp_path, state):
    await publish_pathway(tmp_path, BY_RULES)
    found = await certified("amina")
    await certificate_of(found)
    amina = await browse("amina")
    assert "since" not in (await amina.get("/certificates")).text
    await changed(found, state, on=TODAY)
    assert f"{state.capitalize()} since {day(TODAY)}" in (await amina.get("/certificates")).text


async def test_whoever_decides_reads_what_each_outcome_means_and_what_follows(browse, tmp_path):
    await publish_pathway(tmp_path, NAMED)
    case, dara = await waiting("amina"), await browse("dara")
    page = (await dara.get(f"/certificates/decisions/{case.id}")).text
    assert "The certificate is issued today" in page and "something is still to come" in page
    assert "Nothing is issued" in page and "appeal against anything but Certified for 28 days" in page


async def test_a_site_lists_who_is_on_hold_for_whoever_reads_the_register(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    site = f"/sites/{known('site/RIV')}"
    chloe, hana = await browse("chloe"), await browse("hana")
    found = await certified("amina")
    assert "Nobody here is on hold" in (await chloe.get(site)).text
    await changed(found, "suspended", on=TODAY)
    page = (await chloe.get(site)).text
    assert "Amina Yusuf" in page.partition("On hold")[2] and "Suspended for a reason." in page and day(TODAY) in page
    assert "On hold" not in (await hana.get(site)).text and "for a reason" not in (await hana.get(site)).text
    await changed(found, "restored", on=TODAY)
    assert "Nobody here is on hold" in (await chloe.get(site)).text


@pytest.mark.parametrize(("who", "asks"), [("dara", False), ("jude", True)])
async def test_only_who_may_join_a_programme_is_led_to_asking_for_it(browse, who, asks):
    browser = await browse(who)
    assert ("/pathways/join" in (await browser.get("/pathways")).text) is asks
    assert ((await browser.get("/pathways/join")).status_code == 200) is asks
