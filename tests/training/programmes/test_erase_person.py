"""When somebody is erased, their part in programmes ends, and what they wrote to a site goes."""

from certificates.erase_person import erase
from tests.today import NOW, TODAY
from training.demo.cast import known
from training.demo.doing import being
from training.programmes.applications import apply
from training.programmes.models import Application, Place


async def test_places_end_and_an_application_is_withdrawn_without_its_words(database, settings):
    chloe = await being("chloe", TODAY)
    words = "I led groups as Chloe Davies before."
    await apply(known("growing-together"), site_id=known("site/RIV"), words=words, actor=chloe, now=NOW)
    dara = await being("dara", TODAY)
    for key in ("chloe", "amina"):
        await erase(known(key), actor=dara, now=NOW, storage=settings.storage)
    found = await Application.get(person_id=known("chloe"))
    assert (found.state, found.words, found.slot) == ("withdrawn", "", None)
    place = await Place.get(person_id=known("amina"))
    assert (place.ends, place.end_reason) == (TODAY, "left")
