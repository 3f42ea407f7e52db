"""The picture of a badge: it carries the signed badge, is known by its hash, and shows what was frozen."""

import hashlib
import io
import zlib

import pytest
from PIL import Image

from certificates.credentials import badge, publish
from certificates.credentials.artefacts import BADGE, PNG, SVG, latest
from certificates.credentials.models import Artefact
from certificates.credentials.pictures import baking, drawing
from tests.certificates.awarded import HOME, NOW, awarded
from tests.certificates.examples import facts

AWKWARD = '{"name": "]]> & <svg> Ŵyn"}'.encode()
DRAWN = drawing.svg(level="Group leader", programme="Growing <b> Together", issuer="Parenting & Together")


@pytest.fixture
async def row(service):
    reserved, given = await awarded(), service.state.resources
    await publish.publish(reserved.id, keys=given.keys, store=given.store, now=NOW)
    await reserved.refresh_from_db()
    return reserved


@pytest.fixture
def bake(row, service):
    async def baked(kind):
        return await publish.bake_picture(row, kind, store=service.state.resources.store, now=NOW)

    return baked


@pytest.mark.parametrize("signed", [b'{"id": "urn:uuid:1"}', AWKWARD])
def test_what_is_baked_in_comes_out_letter_by_letter_and_the_picture_still_opens(signed):
    png, svg = baking.bake_png(drawing.png(DRAWN), signed), baking.bake_svg(DRAWN, signed)
    assert (baking.extract_png(png), baking.extract_svg(svg)) == (signed, signed)
    opened = Image.open(io.BytesIO(png))
    assert (opened.size, opened.text["openbadgecredential"]) == ((600, 600), signed.decode())
    assert drawing.png(svg.decode()) == drawing.png(DRAWN), "the badge in it changes nothing that is seen"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>',
        b"<svg" + b"<g>" * 900_000,
        b"<svg><openbadges:credential>{}</openbadges:credential></svg>",
        b'<?xml version="1.0" encoding="cp65001"?><svg/>',
        f'<svg xmlns:o="{baking.NAMESPACE}"><o:credential>{"x" * 70_000}</o:credential></svg>'.encode(),
    ],
    ids=range(5),
)
def test_a_drawing_that_is_none_of_ours_has_no_badge(content):
    assert baking.is_svg(content) and baking.extract_svg(content) == b""


def test_a_broken_or_packed_png_has_no_badge():
    whole = baking.bake_png(drawing.png(DRAWN), AWKWARD)
    packed = baking.KEYWORD + b"\0\1\0\0\0" + zlib.compress(AWKWARD)
    assert baking.extract_png(whole[: len(whole) // 2]) == b""
    assert baking.extract_png(baking.PNG_SIGN + bytes(1_000_000)) == b""
    assert baking.extract_png(baking.PNG_SIGN + len(packed).to_bytes(4) + b"iTXt" + packed + bytes(4)) == b""


@pytest.mark.parametrize("kind", [PNG, SVG])
async def test_a_holder_downloads_the_picture_and_anybody_checks_the_file(row, service, browse, kind):
    given = await (await browse("amina")).get(f"/certificates/{row.id}/badge.{kind}")
    assert given.status_code == 200 and f"badge-{row.serial}.{kind}" in given.headers["content-disposition"]
    kept = await latest(row.id, kind)
    assert kept.sha256 == hashlib.sha256(given.content).hexdigest()
    extract = {PNG: baking.extract_png, SVG: baking.extract_svg}[kind]
    assert extract(given.content) == await publish.credential_of(row, BADGE, store=service.state.resources.store)
    stranger = await browse("")
    answer = await stranger.post("/verify", files={"file": ("x", given.content)})
    assert answer.headers["location"] == f"/v/{row.verify_token}"
    repainted = {
        PNG: given.content.replace(b"IDAT", b"IDAt", 1),
        SVG: given.content.replace(b">Group leader<", b">Lead trainer<"),
    }
    answer = await stranger.post("/verify", files={"file": ("x", repainted[kind])})
    assert answer.headers["location"] == f"/v/{row.verify_token}?file=other", "its badge is ours, the picture is not"


async def test_a_picture_that_was_lost_is_drawn_again_as_it_was(row, service, bake):
    first, stored = await bake(PNG), await latest(row.id, PNG)
    (service.state.resources.settings.storage / stored.path).unlink()
    assert await bake(PNG) == first
    assert await Artefact.filter(certificate_id=row.id, kind=PNG).count() == 1


async def test_the_achievement_names_a_picture_that_is_served(row, browse):
    stranger = await browse("")
    said = (await stranger.get("/achievements/growing-together-group-leader")).json()
    address = said["image"]["id"]
    assert address == f"{HOME}/achievements/growing-together-group-leader/badge.png"
    png = await stranger.get(address)
    assert Image.open(io.BytesIO(png.content)).size == (600, 600) and png.headers["content-type"] == "image/png"
    assert ">Group leader<" in (await stranger.get(address.replace(".png", ".svg"))).text
    assert (await stranger.get(address.replace(".png", ".gif"))).status_code == 404


def test_what_was_signed_before_there_were_pictures_is_still_told():
    before = facts(template_version="2")
    assert "image" not in badge.achievement(before)
    assert badge.tells(badge.compose(before), before, first=True)
    assert badge.problems(badge.compose(facts())) == [] and "image" in badge.achievement(facts())


@pytest.mark.parametrize("words", ["A", "W" * 60, "Lead trainer and assessor " * 9, "王" * 60])
def test_words_of_any_length_stay_inside(words):
    opened = Image.open(io.BytesIO(drawing.png(drawing.svg(level=words, programme=words, issuer=words))))
    edge = opened.convert("RGB").crop((23, 200, 40, 400)).getcolors()
    assert len(edge) <= 12, "nothing is written where the border stands"
