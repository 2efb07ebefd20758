"""Takes a picture of a talk in simcord's preview, by a browser, and cuts it to the talk."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PIL import Image, ImageChops

WIDTH = 940
# The preview does not settle at every height; the next one is tried then.
HEIGHTS = (1400, 1700, 1230, 1555)
# Between the preview's list of messages, its day line and its field to write in.
LEFT, TOP, FOOT = 257, 150, 70
# How much more is in the way where it has not settled: the channel's name, and the field.
HEAD, FIELD = 72, 90
MARGIN = 14


async def run_browser(url: str, picture: Path, height: int, profile: Path) -> None:
    """What a browser shows at the address."""
    browser = await asyncio.create_subprocess_exec(
        *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", "--hide-scrollbars", f"--user-data-dir={profile}"),
        *(f"--window-size={WIDTH},{height}", "--virtual-time-budget=40000"),
        *(f"--screenshot={picture}", url),
        stderr=asyncio.subprocess.DEVNULL,
    )
    await asyncio.wait_for(browser.wait(), 120)


def is_settled(page: Path) -> bool:
    """Whether the preview has found its place: else its field to write in is in the way."""
    image = Image.open(page).convert("RGB")
    bottom = image.height - FOOT
    edge = image.crop((LEFT, bottom - 70, WIDTH, bottom - 2))
    return all(low == high for low, high in edge.getextrema())


def crop(page: Path, picture: Path, *, settled: bool) -> None:
    """Cut the picture to the talk, without the preview's own frame."""
    image = Image.open(page).convert("RGB")
    top, foot = (TOP, FOOT) if settled else (TOP + HEAD, FOOT + FIELD)
    image = image.crop((LEFT, top, WIDTH, image.height - foot))
    background = Image.new("RGB", image.size, image.getpixel((image.width - 1, 0)))
    _, top, _, bottom = ImageChops.difference(image, background).getbbox() or (0, 0, *image.size)
    image = image.crop((0, max(0, top - MARGIN), image.width, bottom + MARGIN))
    image.quantize(128).save(picture, optimize=True)
