"""How a unit's certificates look: chosen, looked at, then used for those that come and for no earlier one."""

import io

import pytest
from PIL import Image

from certificates.credentials import publish
from certificates.credentials.artefacts import Damaged
from certificates.credentials.facts import ADDED, canonical, thawed
from certificates.credentials.models import SheetDesign
from certificates.credentials.pdf import template
from certificates.credentials.sheets import designs
from certificates.evaluations.models import Certificate
from tests.certificates.awarded import NOW, awarded
from tests.certificates.examples import FACTS
from tests.certificates.world import BY_RULES, certificate_of, certified, publish_pathway

# WeasyPrint 70 leaves the file of its colour profile for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def picture(kind="PNG", size=(300, 120), mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


HEAD = 33  # bytes of a PNG that say what it is and how large


async def draw_up(browser, words=None, **files):
    sent = {name: (f"{name}.png", content) for name, content in files.items()}
    return await browser.post("/sheet", data={"language": "", **(words or {})}, files=sent or {"logo": ("", b"")})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a" + bytes(90), "Choose a picture, as PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Choose a picture, as PNG or JPEG"),
        (picture(size=(2_400, 20)), "at most 200 KB and 2000 pixels"),
        (picture() + bytes(200_000), "at most 200 KB and 2000 pixels"),
        (picture()[:HEAD] + picture()[-12:], "This picture cannot be opened"),
        (picture()[:HEAD] + picture(size=(9_000, 9_000))[8:HEAD] + picture()[HEAD:], "at most 200 KB and 2000 pixels"),
        (picture("JPEG")[:200], "This picture cannot be opened"),
        (picture("JPEG", mode="CMYK"), "colours for screens (RGB)"),
    ],
    ids=["gif", "svg", "wide", "heavy", "empty", "two heads", "cut off", "for printers"],
)
async def test_a_picture_that_cannot_stand_on_a_sheet_is_refused_and_what_was_typed_is_kept(browse, content, words):
    answer = await draw_up(await browse("dara"), {"certificate": "Diploma"}, logo=content)
    assert answer.status_code == 422 and words in answer.text and 'value="Diploma"' in answer.text
    assert await SheetDesign.all().count() == 0


async def test_words_that_no_typeface_has_are_refused_as_no_certificate_could_be_printed_with_them(browse):
    answer = await draw_up(await browse("dara"), {"certificate": "Diploma 🎓"})
    assert answer.status_code == 422 and "Our typefaces cannot print 🎓" in answer.text
    assert await SheetDesign.all().count() == 0


async def test_a_sheet_is_seen_before_it_is_used_and_earlier_certificates_stay_as_they_are(
    service, browse, tmp_path, work
):
    await publish_pathway(tmp_path, BY_RULES)
    before = await certificate_of(await certified("amina"))
    dara, given = await browse("dara"), service.state.resources
    words = {"certificate": "Diploma", "language": "cy"}
    page = (await draw_up(dara, words, logo=picture(), signature=picture("JPEG"))).headers["location"]
    assert 'value="Diploma"' in (await dara.get("/sheet")).text, "it is drawn up, and can be changed again"
    unused = await certificate_of(await certified("jude"))
    assert (await dara.get(page)).text.count("(PDF, opens a new window)") == 5
    if (await given.press.available())[0]:
        shown = [(await dara.get(f"{page}/{name}")) for name in ("long", "arabic")]
        assert all(one.status_code == 200 and one.content.startswith(b"%PDF") for one in shown)
    assert (await dara.post(page)).status_code == 303
    after = await certificate_of(await certified("bruno"))
    assert [thawed(one.facts).wording for one in (before, unused, after)] == [{}, {}, {"certificate": "Diploma"}]
    facts = thawed(after.facts)
    assert facts.language == "cy" and facts.logo.endswith(".png") and facts.signature.endswith(".jpg")
    markup = template.markup(facts, pictures=await designs.pictures_of(facts, store=given.store))
    assert "<h1>Diploma</h1>" in markup and 'class="logo" src="data:image/png' in markup and "ardystiwyd fel" in markup
    assert 'class="signature" src="data:image/jpeg' in markup
    assert (await dara.post(page)).status_code == 409, "it was used before"
    page = (await draw_up(dara, {"without_signature": "yes"})).headers["location"]
    latest = await SheetDesign.filter(used__isnull=True).get()
    assert (latest.logo, latest.signature) == (facts.logo, ""), "a picture stays until it is left away"


async def test_only_who_answers_for_the_material_shapes_the_sheet(browse):
    assert (await (await browse("chloe")).get("/sheet")).status_code == 403


async def test_a_picture_that_was_changed_on_the_disk_is_never_printed(service, browse):
    dara, given = await browse("dara"), service.state.resources
    await draw_up(dara, logo=picture())
    design = await SheetDesign.get()
    (given.settings.storage / "sheets" / design.logo).write_bytes(picture(size=(9, 9)))
    row = await awarded(**designs.frozen(design))
    await publish.publish(row.id, keys=given.keys, store=given.store, now=NOW)
    with pytest.raises(Damaged, match="picture"):
        await publish.print_document(row.id, press=given.press, store=given.store, now=NOW)
    assert (await Certificate.get(id=row.id)).progress == "published"


def test_facts_from_before_are_spelt_as_they_were():
    assert not any(f'"{name}"' in canonical(FACTS) for name in ADDED)
    assert canonical(thawed(canonical(FACTS))) == canonical(FACTS)
