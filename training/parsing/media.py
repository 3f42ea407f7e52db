"""What a file is, by its bytes and whatever its name says; pure."""

LOOKED_AT = 1024
SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"WEBVTT", "text/vtt"),
)
"""Where a file shows what it is, how, and what that means; the first that fits."""
BOM = b"\xef\xbb\xbf"


def type_of(content: bytes) -> str:
    """The media type of a file by its bytes, whatever its name says; empty when it is none that we show."""
    begins = content.removeprefix(BOM)[:LOOKED_AT]
    known = (media for at, sign, media in SIGNS if begins[at : at + len(sign)] == sign)
    drawn = begins.lstrip().startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in content[: 8 * LOOKED_AT]
    return next(known, "image/svg+xml" if drawn else "")
