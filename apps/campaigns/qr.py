"""A QR code of an address, for print (SVG) and for screens (PNG)."""

from collections.abc import Callable
from io import BytesIO

import segno

PIXELS_PER_MODULE = 12  # an address of ours is 33 modules wide: about 400 pixels


def svg(address: str) -> bytes:
    return _drawn(address, "svg", 8)


def png(address: str) -> bytes:
    return _drawn(address, "png", PIXELS_PER_MODULE)


FORMATS: dict[str, tuple[str, Callable[[str], bytes]]] = {"svg": ("image/svg+xml", svg), "png": ("image/png", png)}


def _drawn(address: str, kind: str, scale: int) -> bytes:
    # Level M reads with 15 % of it damaged; white is drawn, because a dark page would swallow a transparent border.
    image = BytesIO()
    segno.make(address, error="m", micro=False).save(image, kind=kind, scale=scale, border=4, light="white")
    return image.getvalue()
