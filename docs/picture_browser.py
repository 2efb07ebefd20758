"""Takes pictures of a talk in simcord's preview with a browser: dark and light, wide and narrow."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.fakes.chromium import Chromium, Page

WIDE, NARROW = 940, 400
_TALL = 4000
_MARGIN = 12
_SETTLED = 3
_TRIES = 100

# The preview knows Discord's dark colours only: grey ones are turned over for the light theme.
_LIGHTEN = """
(() => {
  const turn = (text) => text.replace(/#([0-9a-f]{6}|[0-9a-f]{3})\\b/gi, (all, hex) => {
    const full = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
    const [r, g, b] = [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
    if (Math.max(r, g, b) - Math.min(r, g, b) > 40) return all;
    const dark = (r + g + b) / 3;
    const level = dark < 70 ? 255 - (dark - 26) * 0.55 : Math.max(30, 250 - dark);
    const part = Math.round(Math.min(255, level)).toString(16).padStart(2, '0');
    return '#' + part + part + part;
  });
  for (const sheet of document.styleSheets) {
    const walk = (rules) => {
      for (const rule of rules) {
        if (rule.style) {
          for (const name of [...rule.style]) {
            const value = rule.style.getPropertyValue(name);
            const rgb = value.replace(/rgb\\((\\d+), (\\d+), (\\d+)\\)/g, (_, ...c) =>
              '#' + c.slice(0, 3).map((n) => (+n).toString(16).padStart(2, '0')).join(''));
            const turned = turn(rgb);
            if (turned !== rgb) {
              rule.style.setProperty(name, turned, rule.style.getPropertyPriority(name));
            }
          }
        }
        if (rule.cssRules) walk(rule.cssRules);
      }
    };
    walk(sheet.cssRules);
  }
  document.documentElement.style.colorScheme = 'light';
})()
"""
_BOX = """
(() => {
  const form = document.querySelector('.modal-dialog');
  const rows = form ? [form] : [...document.querySelectorAll('.channel-timeline .channel-message')];
  if (!rows.length) return null;
  const isMissing = (image) => !image.complete || !image.naturalWidth;
  if (rows.some((row) => [...row.querySelectorAll('img')].some(isMissing))) return null;
  const boxes = rows.map((row) => row.getBoundingClientRect());
  const left = Math.min(...boxes.map((b) => b.left));
  const right = Math.max(...boxes.map((b) => b.right));
  return [left, Math.min(...boxes.map((b) => b.top)), right,
          Math.max(...boxes.map((b) => b.bottom))].map(Math.round);
})()
"""


@dataclass(frozen=True)
class Look:
    """How a picture is taken."""

    width: int = WIDE
    light: bool = False


async def take(url: str, profile: Path, pictures: Mapping[Path, Look]) -> None:
    """Pictures of the talk alone, without the preview's own frame."""
    async with Chromium(profile) as page:
        for picture, look in pictures.items():
            await page.resize(look.width, _TALL)
            await page.open(url)
            box = await _settle(page)
            if look.light:
                await page.evaluate(_LIGHTEN)
                box = await _settle(page)
            await save(page, picture, box)


async def save(page: Page, picture: Path, box: Sequence[int]) -> None:
    """A part of what the page shows, in few colours."""
    shot = await page.send("Page.captureScreenshot")
    image = Image.open(BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    left, top, right, bottom = box
    image = image.crop((left, max(0, top - _MARGIN), right, bottom + _MARGIN))
    image.quantize(128).save(picture, optimize=True)


async def _settle(page: Page) -> list[int]:
    """Where the messages are, once they stand still."""
    seen, times = "", 0
    for _ in range(_TRIES):
        await asyncio.sleep(0.2)
        box = await page.evaluate(_BOX)
        now = json.dumps(box)
        times = times + 1 if box is not None and now == seen else 0
        if times >= _SETTLED:
            return [int(edge) for edge in box]
        seen = now
    raise RuntimeError("the preview shows no message, or does not stand still")
