"""What is kept of a film: its person's copy and erasure, another secret key, two records merged, a stop in between."""

import json
from datetime import UTC, datetime

import pytest

from certificates.merging.actions import merge
from tests.certificates.merging.twin import JUDE, TWIN, make_twin
from tests.training.assessments.conftest import Rated
from tests.training.assessments.films.filming import PART, begun, consented, filmed, sent
from training.app.re_encryption import reseal
from training.assessments.films.contents import file_of
from training.assessments.films.models import UPLOADING, Film, FilmComment, FilmConsent
from training.assessments.films.retention import forget_films
from training.core.encryption import Encryptor
from training.core.errors import Upstream
from training.demo.cast import known

AMINA = f"/people/{known('amina')}/data"


async def test_a_copy_tells_of_a_film_and_erasure_takes_it_with_who_was_on_it(rated: Rated, browse, work, settings):
    row = await rated.open()
    bruno, dara = await browse("bruno"), await browse("dara")
    page = await sent(bruno, filmed(), assessment=str(row.id))
    await work()
    await consented(bruno, page)
    await bruno.post(page, data={"do": "comment", "at": "1", "words": "She greets everybody"})
    copy = json.loads((await dara.post(AMINA, data={"do": "export"})).content)["tables"]
    [film] = copy["assessments.Film"]
    assert film["file_name"] == "group.mp4" and "secret" not in film
    assert copy["assessments.FilmConsent"][0]["name"] == "A. B." and copy["assessments.FilmComment"]
    kept = settings.storage / (await Film.get()).stored
    assert kept.exists()
    gone = await dara.post(AMINA, data={"do": "erase", "name": "Amina Yusuf"})
    assert gone.status_code == 303, gone.text
    film = await Film.get()
    assert not kept.exists() and (film.state, film.removed_because, film.secret) == ("gone", "erased", "")
    assert (await FilmConsent.get()).name == "" and (await FilmComment.get()).words == ""
    assert (await bruno.get(f"{page}/content")).status_code == 404


async def test_with_another_secret_key_a_film_is_read_as_before(rated: Rated, browse, work, settings):
    page = await sent(await browse("amina"), filmed())
    await work()
    old, new = settings.secret_key, "n" * 40
    await reseal(before=old, after=new, actor=None, now=datetime.now(UTC))
    film = await Film.get()
    assert b"".join(file_of(film, settings.storage, Encryptor(new)).blocks()) == filmed()
    with pytest.raises(Upstream):
        file_of(film, settings.storage, Encryptor(old))
    assert page.endswith(str(film.id))


@pytest.mark.parametrize("by_night", [True, False])
@pytest.mark.by_hand
async def test_a_film_that_was_whole_when_the_service_stopped_goes_on_to_its_check(browse, work, settings, by_night):
    amina, film = await browse("amina"), filmed(pad=100_000)
    where = (await begun(amina, len(film))).headers["location"]
    await amina.patch(where, content=film, headers=PART | {"Upload-Offset": "0"})
    await Film.all().update(state=UPLOADING, received=None)  # as if it had ended before it noted that
    assert (await amina.head(where)).headers["upload-offset"] == str(len(film))
    if by_night:
        await forget_films(settings=settings, now=datetime.now(UTC))
    else:
        answer = await amina.patch(where, content=b"", headers=PART | {"Upload-Offset": str(len(film))})
        assert answer.status_code == 204
    await work()
    assert (await Film.get()).state == "ready"
    assert (await amina.get(where.replace("/upload", "/content"))).content == film


@pytest.mark.by_hand
async def test_films_follow_into_the_record_that_stays(database, browse, work, cast, tmp_path):
    await make_twin(tmp_path)
    page = await sent(await browse("jude"), filmed())
    await Film.all().update(person_id=TWIN, uploaded_by_id=TWIN)
    assert (await (await browse("jude")).get(page)).status_code == 404
    await merge(JUDE, TWIN, reason="I asked.", actor=await cast("dara"), now=datetime.now(UTC))
    film = await Film.get()
    assert (film.person_id, film.uploaded_by_id) == (JUDE, JUDE)
    assert (await (await browse("jude")).get(page)).status_code == 200
