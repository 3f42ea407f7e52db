"""A course of a learning system that belongs to a programme gives its learners places in it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from tests.certificates.world import BY_RULES, publish_pathway
from tests.training.lti.conftest import Side, side
from training.core import clock
from training.demo.cast import known
from training.lti.identities.programme_places import give_places
from training.lti.models import Context, Identity
from training.programmes.models import Place
from training.trail.models import Fact

__all__ = ["side"]

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Work = Callable[[], Awaitable[int]]
GROWING = str(known("growing-together"))


async def _place_of(sub: str) -> Place | None:
    identity = await Identity.get(sub=sub)
    return await Place.get_or_none(person_id=identity.person_id, programme_id=GROWING)


async def test_learners_get_a_place_when_the_course_is_given_a_programme_and_later_ones_too(
    side: Side, browse: Browse, work: Work, tmp_path: Path
) -> None:
    await publish_pathway(tmp_path, BY_RULES)
    await side.launch("grace")
    await work()
    assert await _place_of("grace") is None, "of several programmes, none was chosen"
    context, farah = await Context.exclude(context_id="").get(), await browse("farah")
    path = f"/lti/console/courses/{context.id}/programme"
    registration = (await Identity.get(sub="grace")).registration_id
    assert f'href="{path}"' in (await farah.get(f"/lti/console/{registration}")).text
    assert (await farah.post(path, data={"programme": str(known("nothing"))})).status_code == 422
    assert (await farah.post(path, data={"programme": GROWING})).status_code == 303
    place = await _place_of("grace")
    assert place is not None and place.site_id == known("site/RIV")
    await side.launch("nameless")
    await give_places(now=clock.now())  # as the worker does every five minutes
    assert await _place_of("nameless") is not None
    assert await Fact.filter(kind="context.mapped", actor_id=known("farah")).count() == 1


async def test_where_there_is_one_programme_nobody_has_to_choose_it(side: Side, work: Work) -> None:
    await side.launch("grace")
    await work()
    place = await _place_of("grace")
    assert place is not None and place.site_id == known("site/RIV")


async def test_whoever_has_left_gets_no_place_again_by_having_been_here(side: Side, browse: Browse) -> None:
    await side.launch("grace")
    context, farah, dara = await Context.exclude(context_id="").get(), await browse("farah"), await browse("dara")
    path = f"/lti/console/courses/{context.id}/programme"
    await farah.post(path, data={"programme": GROWING})
    place = await _place_of("grace")
    assert place is not None
    back = {"do": "take back", "why": "She only looks on."}
    assert (await dara.post(f"/people/{place.person_id}/programmes/{place.id}", data=back)).status_code == 303
    await farah.post(path, data={"programme": GROWING})
    assert await Place.filter(person_id=place.person_id).count() == 1


async def test_only_who_connects_systems_chooses_the_programme(side: Side, browse: Browse) -> None:
    await side.launch("grace")
    context = await Context.exclude(context_id="").get()
    answer = await (await browse("chloe")).post(
        f"/lti/console/courses/{context.id}/programme", data={"programme": GROWING}
    )
    assert answer.status_code == 403
