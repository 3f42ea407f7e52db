"""The central unit adds areas and sites in the browser; what they were called before stays on record."""

from training.demo.cast import known
from training.sites.models import Area, FormerValue, Site
from training.trail.models import Fact

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
    assert "/sites?area=Swansea" in (await dara.get("/areas")).text
    assert "Mumbles Centre" in (await dara.get("/sites?area=Swansea")).text


async def test_a_site_gets_another_name_and_area_and_the_old_ones_stay_on_record(browse):
    dara = await browse("dara")
    site = await Site.get(code="RIV")
    form = (await dara.get(f"/sites/{site.id}/change")).text
    assert 'value="Riverside Family Centre"' in form
    await dara.post(f"/sites/{site.id}/change", data={"name": "Riverside Hub", "area": WALES, "contact": ""})
    assert set(await FormerValue.filter(subject_id=site.id).values_list("what", "value")) == {
        ("name", "Riverside Family Centre"), ("area", "/WLS/CDF/")
    }  # fmt: skip


async def test_a_site_says_who_helps_when_somebody_is_not_safe_and_each_change_stays_on_record(browse):
    dara, site = await browse("dara"), await Site.get(code="OAK")
    assert "Courses cannot say yet whom people here tell" in (await dara.get(f"/sites/{site.id}")).text
    given = {"name": site.name, "area": str(site.area_id), "contact": site.contact, "telephone": site.telephone}
    given |= {"safeguarding_lead": "Ana Reid", "safeguarding_telephone": "01633 960 210"}
    given |= {"help_lines": "At night: 01633 960 299\r\nWho stands in: Bo Lund, 01633 960 211"}
    page = await dara.get((await dara.post(f"/sites/{site.id}/change", data=given)).headers["location"])
    assert "Courses cannot say yet" not in page.text
    assert "Ana Reid, 01633 960 210" in page.text and "At night: 01633 960 299; Who stands in: Bo Lund" in page.text
    assert "Who stands in: Bo Lund, 01633 960 211</textarea>" in (await dara.get(f"/sites/{site.id}/change")).text
    said = await Fact.filter(kind="site.changed", subject_id=str(site.id)).order_by("-id").first()
    assert set(said.detail["columns"]) == {"safeguarding_lead", "safeguarding_telephone", "help_lines"}
    too_long = await dara.post(f"/sites/{site.id}/change", data=given | {"help_lines": "x" * 1001})
    assert too_long.status_code == 422 and "x" * 1001 in too_long.text


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


async def test_the_unit_gets_another_name_and_whom_people_ask_and_it_stands_on_each_page(browse):
    dara = await browse("dara")
    assert 'href="/unit"' in (await dara.get("/sites")).text
    form = (await dara.get("/unit")).text
    assert 'value="Parenting Together"' in form and "Europe/London" in form
    given = {"name": "Parenting  Anew", "contact": "029 2018 0000", "language": "cy"}
    for wrong, said in (
        ({"name": " "}, "Enter the name of the unit"), ({"contact": " "}, "Say whom people ask"),
        ({"language": "xx"}, "Choose a language"), ({"name": "x" * 201}, "at most 200 letters"),
    ):  # fmt: skip
        answer = await dara.post("/unit", data=given | wrong)
        assert answer.status_code == 422 and said in answer.text, wrong
    assert (await dara.post("/unit", data=given)).status_code == 303
    page = (await (await browse("chloe")).get("/people")).text
    assert "Parenting Anew" in page and "029 2018 0000" in page
    assert (await Fact.filter(kind="unit.changed").order_by("-id").first()).detail["columns"] == [*given]
    assert (await (await browse("chloe")).get("/unit")).status_code == 403


async def test_who_looks_after_one_site_adds_none(browse):
    chloe = await browse("chloe")
    assert (await chloe.get("/sites/new")).status_code == 403
    assert "Add a site" not in (await chloe.get("/sites")).text
