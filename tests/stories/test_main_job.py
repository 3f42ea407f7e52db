"""The main job from end to end, through a browser: from a launch in the LMS to an overturned certificate."""

import pytest

from tests.stories import becoming, checked
from tests.stories.records import counts
from tests.stories.verbs import Stage


@pytest.mark.timeout(600)
def test_the_main_job_runs_from_a_launch_to_an_overturned_certificate(stage: Stage) -> None:
    amina = becoming.amina_launches_and_lands_on_the_next_thing_to_do(stage)
    amina = becoming.she_learns_leaves_and_comes_back_to_the_exact_place(stage, amina)
    becoming.the_lms_shows_her_score(stage)
    becoming.her_pathway_says_in_numbers_what_is_left(amina)
    becoming.she_logs_practice_and_it_is_confirmed_without_an_account(stage, amina)
    assessment = becoming.bruno_rates_a_live_group(stage)
    becoming.gwen_rates_it_blind_they_agree_and_sign(stage, assessment)
    becoming.her_pathway_waits_for_a_decision(amina)
    becoming.dara_decides_twice_and_one_certificate_is_issued(stage)
    held = becoming.she_has_one_certificate_as_page_badge_and_pdf(stage, amina)

    checked.a_stranger_finds_it_valid_by_link_code_and_file(stage, held)
    dara = checked.dara_asks_the_register_of_the_day_and_of_the_day_before(stage, held)
    before = counts(stage.demo)
    checked.she_draws_an_audit_and_overturns_the_case(dara, held)
    checked.everybody_is_told_that_it_is_withdrawn(stage, amina, held)
    checked.nothing_was_deleted_and_emre_never_sees_her(stage, dara, before)
    checked.ivans_standing_moves_by_the_calendar_and_reminders_are_planned(stage, dara, held)
