"""The central unit adds areas and sites in the browser; what they were called before stays on record."""

from training.demo.cast import known
from training.sites.models import Area, FormerValue, Site

WALES = str(known("area/WLS"))


async def test_an_area_below_another_and_a_site_in_it_are_added(browse):
    dara = await browse("dara")
    assert (await dara.post("/areas/new", data={"name": "Swansea", "code": "SWA", "parent": WALES})).status_code == 303
    area = await Area.get(code="SWA")
    assert area.path == "/WLS/SWA/"
    given = {"name": "Mumbles Centre", "code": "MUM", "area": str(area.id), "telephone": "01792 960 100"}
    answer = await dara.post("/sites/new", data=given)
    page = await dara.get(answer.headers["location"])
    assert "Mumbles Centre is saved." in page.text and "01792 960 100" in page.text and "Swansea" in page.text
    assert "Mumbles Centre" in (await dara.get("/areas")).text


async def test_a_site_gets_another_name_and_area_and_the_old_ones_stay_on_record(browse):
    dara = await browse("dara")
    site = await Site.get(code="RIV")
    form = (await dara.get(f"/sites/{site.id}/change")).text
    assert 'value="Riverside Family Centre"' in form
    await dara.post(f"/sites/{site.id}/change", data={"name": "Riverside Hub", "area": WALES, "contact": ""})
    assert set(await FormerValue.filter(subject_id=site.id).values_list("what", "value")) == {
        ("name", "Riverside Family Centre"), ("area", "/WLS/CDF/")
    }  # fmt: skip


async def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_kept(browse):
    dara = await browse("dara")
    for path, given, said in (
        ("/areas/new", {"name": "", "code": "X"}, "Enter the name of an area"),
        ("/areas/new", {"name": "Leeds again", "code": "LDS"}, "LDS is taken"),
        ("/sites/new", {"name": "Somewhere", "code": "a b", "area": WALES}, "Enter a code of letters and digits"),
        ("/sites/new", {"name": "Somewhere", "code": "SOM"}, "Say which area the site lies in"),
        ("/sites/new", {"name": "Somewhere", "code": "SOM", "area": str(known("amina"))}, "Choose an area"),
    ):
        page = await dara.post(path, data=given)
        assert page.status_code == 422 and said in page.text and f'value="{given["name"]}"' in page.text


async def test_who_looks_after_one_site_adds_none(browse):
    chloe = await browse("chloe")
    assert (await chloe.get("/sites/new")).status_code == 403
    assert "Add a site" not in (await chloe.get("/sites")).text
