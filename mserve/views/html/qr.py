"""QR codes: addresses that a telephone reads from the page."""

import segno


def picture(uri: str) -> str:
    """The URI as a QR code: SVG to be put into a page."""
    code = segno.make(uri, error="m", micro=False)
    return code.svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=False, title="QR")
