"""The QR code: small enough for 25 mm, and read back."""

import io

import pytest
import zxingcpp
from PIL import Image

from tests.certificates.examples import FACTS
from training.core import qr


def test_a_link_fits_version_three():
    assert qr.code(FACTS.verify_url).designator == "3-M"


def test_the_code_is_read_back():
    picture = Image.open(io.BytesIO(qr.png(FACTS.verify_url))).convert("L").resize((400, 400), Image.Resampling.NEAREST)
    found = zxingcpp.read_barcodes(picture)
    assert [each.text for each in found] == [FACTS.verify_url.upper()]


@pytest.mark.parametrize("link", ["https://example.org/a/Path", "https://example.org/verify?c=Ab"])
def test_a_link_that_capitals_would_break_is_left_alone(link):
    assert qr.scannable(link) == link


def test_the_drawing_for_pages_has_a_title_and_no_fixed_size():
    drawing = qr.svg(FACTS.verify_url, title="Check <this> certificate")
    assert drawing.startswith("<svg") and "<title>Check &lt;this&gt; certificate</title>" in drawing
    assert "viewBox" in drawing and 'width="' not in drawing
