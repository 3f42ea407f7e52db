"""The PDF: accessible, reproducible, readable by machine, and closed to the outside."""

import base64
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw, ImageFont, features

from certificates.credentials import offline_code
from certificates.credentials.facts import Signatory
from certificates.credentials.pdf import glyphs, template, worker
from certificates.credentials.pdf import pool as pdf_pool
from certificates.credentials.pdf.attachments import extract_attachment
from tests.certificates.examples import ED25519, FACTS, NOW, facts
from tests.holding import nobody_waits
from tests.processes import alive, children
from training.core import qr
from training.core.errors import Invalid

pytestmark = [
    pytest.mark.skipif(bool(worker.WHY_NOT), reason=f"PDF is off: {worker.WHY_NOT}"),
    # WeasyPrint 70 leaves the file of its colour profile for the garbage collector to close.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

BADGE = json.dumps({"id": FACTS.credential_id}).encode()
FONTS = worker.TEMPLATES / "assets" / "fonts"
WELSH_AND_POLISH = "Ŵyn Llŷr Żółkiewska-Şahin"


def printed(markup=None, *, attachment=BADGE, moment=NOW):
    order = worker.Order(
        markup=markup or template.markup(FACTS), attachment=attachment, moment=moment, identifier=b"0123456789abcdef"
    )
    return worker.print_pdf(order)


def picture(pdf, scale=3.0):
    opened = pypdfium2.PdfDocument(pdf)
    assert len(opened) == 1, "a certificate is one sheet"
    return opened[0].render(scale=scale).to_pil().convert("L")


def pdfium_at(pdf, dpi, folder):
    return picture(pdf, dpi / 72)


def poppler_at(pdf, dpi, folder):
    (folder / "sheet.pdf").write_bytes(pdf)
    return Image.open(io.BytesIO(program("pdftoppm", "-r", str(dpi), "-gray", folder / "sheet.pdf"))).convert("L")


def program(name, *arguments):
    """Runs a program of others, which `./run test` installs where it may."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([name, *arguments], capture_output=True, check=True).stdout


def words(pdf):
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()


@pytest.fixture(scope="module")
def pdf():
    return printed()


def test_the_pdf_is_tagged_and_has_title_and_language(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked is True or bool(opened.Root.MarkInfo.Marked)
        assert str(opened.Root.Lang) == "en"
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
        with opened.open_metadata() as said:
            assert said["dc:title"] == f"Certificate: {FACTS.title}, {FACTS.name}"
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
            assert said["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


def test_the_pdf_has_headings_and_a_picture_with_words(pdf):
    kinds, alternatives = [], []

    def walk(element):
        if isinstance(element, pikepdf.Dictionary):
            kinds.append(str(element.get("/S", "")))
            if "/Alt" in element:
                alternatives.append(str(element.Alt))
            children = element.get("/K", [])
            for child in children if isinstance(children, pikepdf.Array) else [children]:
                walk(child)

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        walk(opened.Root.StructTreeRoot)
    assert {"/Document", "/H1", "/H2", "/P", "/Figure", "/Link"} <= set(kinds)
    assert kinds.count("/H1") == 1
    assert alternatives[0].startswith("QR code")


def test_every_font_is_embedded_as_a_subset_of_ours(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts = opened.pages[0].Resources.Fonts if "/Fonts" in opened.pages[0].Resources else None
        fonts = fonts or opened.pages[0].Resources.Font
        assert len(fonts) == 3
        for font in fonts.values():
            inner = font.DescendantFonts[0]
            assert "+Certificate-" in str(inner.BaseFont)
            assert "/FontFile2" in inner.FontDescriptor


def test_the_pdf_is_small(pdf):
    assert len(pdf) <= 40_000


def test_the_qr_is_read_from_the_page_and_25_mm_wide(pdf):
    scale = 4.0
    found = [each for each in zxingcpp.read_barcodes(picture(pdf, scale)) if each.valid]
    assert [each.text for each in found] == [FACTS.verify_url.upper()]
    width = (found[0].position.top_right.x - found[0].position.top_left.x) / scale / 72 * 25.4
    assert 24 <= width <= 27


def test_a_signed_square_is_read_from_the_page_and_34_mm_wide():
    said = facts(status_list=f"{FACTS.home}/status-lists/0b4f0c56-0000-4000-8000-000000000001")
    code = offline_code.code(said, kid="0123456789abcdef", sign=ED25519.sign)
    scale = 5.0
    found = zxingcpp.read_barcodes(picture(printed(template.markup(said, code=code)), scale))
    assert [each.text for each in found] == [f"{FACTS.home}/q/{code}".upper()]
    width = (found[0].position.top_right.x - found[0].position.top_left.x) / scale / 72 * 25.4
    assert 33 <= width <= 36


@pytest.mark.parametrize("render", [pdfium_at, poppler_at], ids=["pdfium", "poppler"])
@pytest.mark.parametrize("signed", [False, True], ids=["link", "signed"])
def test_zxing_and_zbar_read_the_square_at_150_dpi(render, signed, tmp_path):
    said = facts(status_list=f"{FACTS.home}/status-lists/0b4f0c56-0000-4000-8000-000000000001")
    code = offline_code.code(said, kid="0123456789abcdef", sign=ED25519.sign) if signed else ""
    shown = f"{FACTS.home}/q/{code}".upper() if signed else FACTS.verify_url.upper()
    page = render(printed(template.markup(said, code=code)), 150, tmp_path)
    assert [each.text for each in zxingcpp.read_barcodes(page)] == [shown]
    page.save(tmp_path / "page.png")
    assert program("zbarimg", "--quiet", "--raw", tmp_path / "page.png").decode().strip() == shown


@pytest.mark.parametrize("render", [pdfium_at, poppler_at], ids=["pdfium", "poppler"])
def test_the_modules_of_the_square_are_whole_and_without_seams(render, tmp_path):
    """In the eye in the corner nine dark modules meet, and no light may shine through between them."""
    page = render(printed(), 300, tmp_path)
    corner, end = (getattr(zxingcpp.read_barcodes(page)[0].position, name) for name in ("top_left", "top_right"))
    module = (end.x - corner.x) / qr.code(FACTS.verify_url).symbol_size(border=0)[0]
    first, last = round(2.5 * module), round(4.5 * module)
    eye = page.crop((corner.x + first, corner.y + first, corner.x + last, corner.y + last))
    assert eye.size[0] > 15 and eye.getextrema()[1] < 20


def test_what_was_printed_before_squares_were_drawn_is_printed_again_as_it_was():
    assert "data:image/png;base64," in template.markup(facts(template_version="2"))
    assert "data:image/svg+xml;base64," in template.markup(FACTS)


def test_the_page_says_what_was_awarded(pdf):
    said = words(pdf)
    shown = (FACTS.name, FACTS.title, "3 March 2027", "2 March 2029", FACTS.serial, "Dara Okafor", "Check this")
    for each in shown:
        assert each in said
    assert "training.example.org" in said and FACTS.verify_token in said


def test_a_welsh_certificate_speaks_welsh():
    pdf = printed(template.markup(facts(language="cy")))
    assert "Tystysgrif" in words(pdf) and "3 Mawrth 2027" in words(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "cy"


def shown_letter(pdf, letter, scale=8.0):
    """Cuts a letter of the name out of the rendered sheet."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    left, bottom, right, top = text.get_charbox(text.get_text_range().index(letter))
    height = page.get_height()
    place = (left, height - top, right, height - bottom)
    return page.render(scale=scale).to_pil().convert("L").crop([round(each * scale) for each in place])


def drawn_letter(letter, size):
    """Draws a letter from the font file alone."""
    font = ImageFont.truetype(str(FONTS / "certificate-display.ttf"), 352)
    sheet_of_paper = Image.new("L", (900, 900), 255)
    ImageDraw.Draw(sheet_of_paper).text((200, 200), letter, font=font, fill=0)
    return sheet_of_paper.crop(ImageChops.invert(sheet_of_paper).getbbox()).resize(size)


def difference(one, other):
    histogram = ImageChops.difference(one, other).histogram()
    return sum(histogram[128:]) / (one.size[0] * one.size[1])


@pytest.mark.parametrize("letter", "ŴŵŶŷŁłŻżŞşğŐẁ")
def test_welsh_polish_and_turkish_letters_print_as_themselves(letter):
    """Pixels are compared, because text extraction looks right even when the wrong letter is printed."""
    pdf = printed(template.markup(facts(name=letter)))
    shown = shown_letter(pdf, letter)
    right = difference(shown, drawn_letter(letter, shown.size))
    bare = unicodedata.normalize("NFD", letter)[0].translate(str.maketrans("Łł", "Tt"))
    wrong = difference(shown, drawn_letter(bare, shown.size))
    assert right < 0.08 and right < wrong / 2, f"{letter}: {right:.3f} from itself, {wrong:.3f} from {bare}"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": WELSH_AND_POLISH + " de la Concepción y Fernández-Villaverde von Hohenberg", "criteria": "x " * 900},
        {"title": "Lead trainer and assessor of group leaders in mental health services", "valid_until": None},
        {"signatories": (Signatory(name="Ŵ Ŷ", role="Head of quality and of everything else"),) * 3},
        {"home": "https://certificates.a-very-long-name-of-a-national-central-unit.example.org"},
    ],
)
def test_long_facts_still_fit_one_sheet(changes):
    pdf = printed(template.markup(facts(**changes)))
    found = zxingcpp.read_barcodes(picture(pdf, 4))
    assert [each.text for each in found] == [facts(**changes).verify_url.upper()]


def test_names_are_text_and_never_markup():
    pdf = printed(template.markup(facts(name="<b>Ann</b> & <img src=file:///etc/passwd>")))
    assert "<b>Ann</b> & <img" in words(pdf)


HOSTILE_DRAWING = base64.b64encode(
    b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>"
).decode()


@pytest.mark.parametrize(
    "reach",
    [
        '<img src="file:///etc/passwd">',
        '<img src="certificate.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<a rel="attachment" href="file:///etc/hostname">x</a>',
        '<img src="http://127.0.0.1:9/">',
        '<img src="asset:../../pyproject.toml">',
        "<style>@import url(file:///etc/passwd);</style>",
        '<p style="background: url(file:///etc/passwd)">x</p>',
        "<style>@font-face { font-family: X; src: url(file:///etc/passwd) } p { font-family: X }</style><p>x</p>",
        '<object data="file:///etc/passwd"></object>',
        '<base href="file:///etc/"><img src="passwd">',
        f'<img src="data:image/svg+xml;base64,{HOSTILE_DRAWING}">',
        "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>\">",
    ],
)
def test_a_hostile_template_reads_no_file_and_calls_nobody(reach):
    with pytest.raises(worker.RefusedResource):
        printed(f"<html lang=en><title>x</title><body>{reach}<p>x</p></body></html>")


def test_the_badge_is_attached_and_read_back(pdf):
    assert extract_attachment(pdf) == BADGE
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.AF[0].AFRelationship) == "/Data"


@pytest.mark.by_hand
def test_a_file_without_a_badge_is_refused():
    plain = io.BytesIO()
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(plain)
    for bad in (b"", b"%PDF-1.7 nonsense", plain.getvalue(), b"x" * 5_000_001):
        with pytest.raises(Invalid):
            extract_attachment(bad)


def test_the_fonts_are_the_ones_that_were_checked():
    folder = worker.TEMPLATES / "assets" / "fonts"
    listed = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(listed) == worker.FONTS
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()


WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochian"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": WORD},
        {"name": f"Amina {WORD}", "title": f"{WORD}: {WORD}"},
        {"issuer_name": f"{WORD} {WORD[:40]}", "programme": WORD, "level": WORD},
        {"criteria": "x" * 400, "signatories": (Signatory(name=WORD, role=f"For {WORD}"),) * 3},
        {"name": "W" * 60},
    ],
)
def test_a_word_of_sixty_letters_stays_on_the_sheet(changes):
    page = pypdfium2.PdfDocument(printed(template.markup(facts(**changes))))[0]
    text, right = page.get_textpage(), page.get_width() - 9 / 25.4 * 72  # the frame stands 9 mm from the edge
    boxes = [text.get_charbox(number) for number in range(text.count_chars())]
    assert boxes and max(box[2] for box in boxes) < right and min(box[1] for box in boxes) >= 0


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "สมชาย"},
        {"title": "ส leader"},
        {"level": "𠮷"},
        {"programme": "អ"},
        {"issuer_name": "ส𠮷"},
        {"criteria": "Under ส"},
        {"signatories": (Signatory(name="ส", role="Head"),)},
        {"signatories": (Signatory(name="Dara", role="អ"),)},
    ],
)
def test_every_text_of_the_sheet_is_looked_at(changes):
    assert template.unfit(FACTS) == ""
    assert "cannot show these letters" in template.unfit(facts(**changes))


@pytest.mark.parametrize("changes", [{"name": "A" * 200}, {"signatories": (Signatory(name="A", role="B" * 200),)}])
def test_what_has_no_room_is_not_printed(changes):
    assert "no room" in template.unfit(facts(**changes))


def test_what_we_write_in_english_on_a_welsh_sheet_is_said_to_be_english():
    assert '<html lang="cy">' in (text := template.markup(facts(language="cy")))
    assert '<p class="criteria" lang="en">' in text and 'class="criteria" lang' not in template.markup(FACTS)


@pytest.mark.parametrize("name", ["สมชาย", "王𠮷", "Ann \U0001f600"])
async def test_a_name_that_would_print_as_boxes_is_not_printed(name):
    async with pdf_pool.PdfPool(1) as pool:
        with pytest.raises(pdf_pool.Unprintable, match=name[-1]):
            await pool.print(facts(name=name), badge=BADGE)


def name_on(pdf, scale=4.0):
    """Cuts out the line of the name: what is black, large and in its place."""
    page = picture(pdf, scale)
    top, bottom, left = (round(each / 25.4 * 72 * scale) for each in (61, 84, 30))
    return trimmed(page.crop((left, top, page.size[0] - left, bottom)))


def trimmed(image):
    dark = image.point(lambda level: 255 * (level < 128))
    return image.crop(dark.getbbox())


def shaped(name, script):
    """Draws a name with HarfBuzz and the typeface alone, as large as the sheet has it."""
    font = ImageFont.truetype(str(FONTS / f"certificate-{script}.ttf"), 176, layout_engine=ImageFont.Layout.RAQM)
    paper = Image.new("L", (3000, 500), 255)
    ImageDraw.Draw(paper).text((150, 120), name, font=font, fill=0)
    return trimmed(paper)


@pytest.mark.skipif(not features.check("raqm"), reason="Pillow has no RAQM here")
@pytest.mark.parametrize(
    ("script", "name", "unlike"),
    [
        ("display", "Ελένη Παππά", "Ελένη Παπα"),
        ("display", "Юлия Щербак", "Юлия Щербан"),
        ("arabic", "سارة عبد الله", "سارة عبد اله"),
        ("hebrew", "שָׂרָה כהן", "שרה כהן"),
        ("devanagari", "श्रीकृष्ण लक्ष्मी", "श्रीकृष्ण लक्षमी"),
        ("bengali", "শ্রীমতী রুক্মিণী", "শ্রীমতী রুকমিণী"),
        ("gurmukhi", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "ਗੁਰਪਰੀਤ ਸਿੰਘ"),
        ("tamil", "ஸ்ரீதர் லக்ஷ்மி", "ஸ்ரீதர் லகஷ்மி"),
        ("chinese", "王心怡 陳大文", "王心怡 陣大文"),
    ],
)
def test_a_name_prints_in_the_shapes_of_its_script(script, name, unlike):
    """Against the same name shaped by HarfBuzz, and against one that differs in a letter or in how letters join."""
    shown = name_on(printed(template.markup(facts(name=name))))
    right = difference(shown, shaped(name, script).resize(shown.size))
    wrong = difference(shown, shaped(unlike, script).resize(shown.size))
    assert right < 0.05 and right < wrong / 2, f"{right:.3f} from itself, {wrong:.3f} from {unlike}"


@pytest.mark.parametrize("name", ["王心怡 陳大文", "Sara سارة (عبد)", "כהן-לוי, 2", "लक्ष्मी-शर्मा’s 7 & Ŵyn"])
def test_spaces_and_signs_between_letters_of_a_script_print_too(name):
    with pikepdf.open(io.BytesIO(printed(template.markup(facts(name=name))))) as opened:
        said = [bytes(part) for one in pikepdf.parse_content_stream(opened.pages[0]) for part in strings(one.operands)]
    glyphs_shown = {text[at : at + 2] for text in said for at in range(0, len(text), 2)}
    assert len(glyphs_shown) > 20 and b"\0\0" not in glyphs_shown, "the box that stands for what is not there"


def strings(operands):
    for each in operands:
        if isinstance(each, pikepdf.String):
            yield each
        elif isinstance(each, pikepdf.Array):
            yield from strings(each)


def test_the_letters_said_to_be_printable_are_in_every_font():
    spans = dict.fromkeys(("display", "text", "strong"), glyphs.EUROPEAN) | glyphs.SCRIPTS
    assert {f"certificate-{name}.ttf" for name in spans} == worker.FONTS
    for name, ranges in spans.items():
        drawn = set(TTFont(FONTS / f"certificate-{name}.ttf").getBestCmap())
        named = {code for first, last in ranges for code in range(first, last + 1)}
        assert named | (set(map(ord, glyphs.chinese())) if name == "chinese" else set()) | {0x20} <= drawn, name


async def test_other_processes_give_the_same_bytes():
    async with pdf_pool.PdfPool(1) as first, pdf_pool.PdfPool(1) as second:
        one = await first.print(FACTS, badge=BADGE)
        assert one == await second.print(FACTS, badge=BADGE)
        assert one != await first.print(facts(name="Bruno"), badge=BADGE)


async def test_printing_leaves_the_loop_free():
    async with pdf_pool.PdfPool(1) as pool:
        await pool.available()
        async with nobody_waits(0.2):
            await pool.print(FACTS, badge=BADGE)


async def test_the_service_itself_never_imports_the_press():
    pdf = "certificates.credentials.pdf"
    code = f"import sys, {pdf}.pool; print('weasyprint' in sys.modules, '{pdf}.worker' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


async def test_pdf_that_is_switched_off_says_so():
    async with pdf_pool.PdfPool(1, enabled=False) as pool:
        assert await pool.available() == (False, "it is switched off (TRAINING_PDF).")
        with pytest.raises(pdf_pool.SwitchedOff, match="TRAINING_PDF"):
            await pool.print(FACTS, badge=BADGE)


async def test_a_killed_render_process_is_replaced():
    async with pdf_pool.PdfPool(1, timeout_seconds=20) as pool:
        await pool.available()
        for each in children(os.getpid()):
            os.kill(each, signal.SIGKILL)
        with pytest.raises(pdf_pool.Unavailable):
            await pool.print(FACTS, badge=BADGE)
        assert (await pool.print(FACTS, badge=BADGE)).startswith(b"%PDF")


async def test_a_sheet_that_takes_too_long_is_given_up():
    async with pdf_pool.PdfPool(1) as pool:
        await pool.available()
        pool._timeout_seconds = 0.001
        with pytest.raises(pdf_pool.Unavailable, match="too long"):
            await pool.print(FACTS, badge=BADGE)


ORPHANS = """
import asyncio, os, signal
from certificates.credentials.pdf.pool import PdfPool
from tests.processes import children
async def main():
    pool = PdfPool(2)
    await asyncio.gather(*(pool.available() for _ in range(2)))
    print(*children(os.getpid()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_no_render_process_outlives_a_killed_service(tmp_path):
    script = tmp_path / "service.py"
    script.write_text(ORPHANS)
    root = str(Path(__file__).resolve().parents[3])
    said = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root}
    )
    pids = [int(each) for each in said.stdout.split()]
    assert pids
    assert not alive(pids, within_seconds=10)
