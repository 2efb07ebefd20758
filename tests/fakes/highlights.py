"""What Chromium highlights for a text fragment, read from the picture it paints."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from aiohttp import web
from numpy.typing import NDArray
from PIL import Image

from tests.fakes.chromium import BrowserError, Page

_LOOKS = 2
_PAUSE_SECONDS = 2.0
_LOADING_SECONDS = 10
_SETTLING_SECONDS = 8
_STILL_LOOKS = 4
_BETWEEN_LOOKS = 0.15
_TALL = 3_000
_EDGE = 200
_MOST_PARTS = 24
_THIN = 0.5
_SHARE = 0.3
_LEAST = 12
_LETTERS = re.compile(r"[^\W_]+")
_COLOURS = ("rgb(0, 255, 0)", "rgb(255, 0, 255)")
# What is highlighted are words, wherever they are painted. So before the picture is taken all is
# laid out one below the other, and nothing lies above anything, fades it or moves.
_FLAT = """
*, *::before, *::after { position: static !important; float: none !important; \
opacity: 1 !important; transform: none !important; translate: none !important; \
rotate: none !important; scale: none !important; overflow: visible !important; \
height: auto !important; max-height: none !important; margin: 0 !important; \
background: none !important; filter: none !important; animation: none !important; \
transition: none !important; columns: auto !important; clip: auto !important; \
clip-path: none !important; mask: none !important; text-indent: 0 !important; \
overflow-anchor: none !important; scroll-behavior: auto !important; contain: none !important; \
scroll-snap-type: none !important; content-visibility: visible !important; }
*::before, *::after { content: none !important; }
img, picture, video, iframe, svg, canvas, object, embed { display: none !important; }
"""
_STYLE = """
(() => {
  globalThis.sheet ??= new CSSStyleSheet();
  sheet.replaceSync(`FLAT ::target-text { background-color: COLOUR !important; \
color: rgb(0, 0, 96) !important; }`);
  if (!document.adoptedStyleSheets.includes(sheet))
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})()
"""
_STATE = """
JSON.stringify([location.href, scrollX, scrollY, document.readyState,
                document.documentElement.scrollHeight, document.getElementsByTagName('*').length,
                document.body?.innerText.length])
"""
_FIND_WORDS = r"""
(() => {
  const words = globalThis.found = [];
  const pattern = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[\p{L}\p{N}\p{M}]+/gu;
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.closest('script,style,noscript,template,title,textarea,option'))
      continue;
    for (const match of node.data.matchAll(pattern))
      words.push([node, match.index, match.index + match[0].length]);
  }
  const isShown = new Map();
  const looks = (parent) => {
    if (!isShown.has(parent))
      isShown.set(parent, parent.checkVisibility({visibilityProperty: true}));
    return isShown.get(parent);
  };
  return words.map(([node, start, end]) =>
    [node.data.slice(start, end), looks(node.parentElement)]);
})()
"""
_MEASURE = """
(() => {
  const range = document.createRange();
  const boxes = found.map(([node, start, end]) => {
    if (!node.isConnected || node.length < end) return [0, 0, 0, 0];
    range.setStart(node, start);
    range.setEnd(node, end);
    // A word may be broken, and its first letter be another element.
    const box = [...range.getClientRects()].sort((a, b) => b.width - a.width)[0];
    return box ? [box.left + scrollX, box.top + scrollY, box.width, box.height] : [0, 0, 0, 0];
  });
  return {boxes, x: scrollX, y: scrollY, width: innerWidth, height: innerHeight,
          wide: document.documentElement.scrollWidth,
          bottom: document.documentElement.scrollHeight};
})()
"""


@dataclass(frozen=True)
class Shown:
    """The words of a page as it is shown, in its order.

    ``marked`` are the indices of those that are highlighted; ``in_view`` says that the first
    of them is, without scrolling.
    """

    words: Sequence[str]
    marked: Sequence[int]
    in_view: bool

    @property
    def text(self) -> str:
        """The highlighted words."""
        return " ".join(self.words[at] for at in self.marked)


async def open_slowly(page: Page, url: str) -> None:
    """Open a page that may never be done with loading; what is there after a while counts."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOADING_SECONDS):
            await page.open(url)


async def read_highlight(page: Page, *, whole: bool = False) -> Shown:
    """What is highlighted on the page that was just opened; waits until the page stands still.

    ``whole`` looks through all of it, for highlights that are far from each other.
    """
    shown = Shown((), (), in_view=False)
    for look in range(_LOOKS):
        await asyncio.sleep(look * _PAUSE_SECONDS)
        await _settle(page)
        # Nothing of the page's own moves or replaces anything between the pictures.
        ran_scripts = page.runs_scripts
        await page.switch_scripts(on=False)
        try:
            shown = await _look(_Still(page, await _enter(page)), whole=whole)
        finally:
            await page.switch_scripts(on=ran_scripts)
        if shown.marked:
            break
    return shown


async def _settle(page: Page) -> None:
    """Wait until it neither scrolls nor grows nor goes elsewhere; not for ever."""
    states = [""]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SETTLING_SECONDS):
            while len(states) < _STILL_LOOKS:
                await asyncio.sleep(_BETWEEN_LOOKS)
                state = await page.evaluate(_STATE)
                states = [*states, state] if state == states[-1] else [state]


async def _enter(page: Page) -> int:
    """A world of scripts in which the page has altered nothing; its number."""
    tree = await page.send("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]["id"]
    world = await page.send("Page.createIsolatedWorld", frameId=frame)
    number: int = world["executionContextId"]
    return number


@dataclass(frozen=True)
class _Still:
    """A page on which nothing happens but what we do."""

    page: Page
    world: int

    async def evaluate(self, script: str) -> Any:
        answer = await self.page.send(
            "Runtime.evaluate", expression=script, returnByValue=True, contextId=self.world
        )
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def measure(self) -> dict[str, Any]:
        """Where its words are."""
        measured: dict[str, Any] = await self.evaluate(_MEASURE)
        return measured

    async def paint(self, colour: str, *, flat: str = _FLAT) -> None:
        """Style it for a picture."""
        await self.evaluate(_STYLE.replace("FLAT", flat).replace("COLOUR", colour))

    async def take_picture(self) -> NDArray[np.int16]:
        """What is in view: rows, columns, red and green and blue."""
        answer = await self.page.send("Page.captureScreenshot")
        picture = Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB")
        return np.asarray(picture, np.int16)


async def _look(page: _Still, *, whole: bool) -> Shown:
    words: list[tuple[str, bool]] = await page.evaluate(_FIND_WORDS)
    before = await page.measure()
    await page.paint(_COLOURS[0])
    # Taller, since a picture of more than is in view is not to be trusted on a long page.
    await page.page.resize(before["width"], _TALL)
    flat = await page.measure()
    found: set[int] = set()
    for top in _tops(_middle(before, flat), flat["bottom"]):
        some, is_cut = await _marked_from(page, top)
        found |= some
        if found and not is_cut and not whole:
            break
    await page.paint("transparent", flat="")
    await page.page.resize(before["width"], before["height"])
    await page.evaluate(f"scrollTo({before['x']}, {before['y']})")
    seen = [
        at
        for at, box in enumerate(flat["boxes"])
        if words[at][1] and box[2] > _THIN and box[3] > _THIN
    ]
    places = {at: number for number, at in enumerate(seen)}
    marked = sorted(found & places.keys())
    return Shown(
        [words[at][0] for at in seen],
        [places[at] for at in marked],
        in_view=bool(marked) and _is_in_view(before, marked[0]),
    )


async def _marked_from(page: _Still, top: float) -> tuple[set[int], bool]:
    """The words that change their colour with the highlight's, in view of one place.

    And whether they may go on where the picture ends.
    """
    await page.evaluate(f"scrollTo({{top: {top}, left: 0, behavior: 'instant'}})")
    await page.paint(_COLOURS[0])
    green, here = await page.take_picture(), await page.measure()
    await page.paint(_COLOURS[1])
    pink, after = await page.take_picture(), await page.measure()
    if here != after:
        raise BrowserError("the page moved between two pictures")
    differs = (pink[:, :, 0] - green[:, :, 0] > _LEAST) & (green[:, :, 1] - pink[:, :, 1] > _LEAST)
    boxes = [(x - here["x"], y - here["y"], *size) for x, y, *size in here["boxes"]]
    marked = {at for at, box in enumerate(boxes) if _is_marked(differs, *box)}
    first, last = (_EDGE if here["y"] else 0), _TALL - _EDGE
    return marked, any(not first <= boxes[at][1] <= last for at in marked)


def _middle(before: dict[str, Any], after: dict[str, Any]) -> float:
    """Where what was in view is, now that all is laid out anew."""
    top, bottom = before["y"], before["y"] + before["height"]
    moved = [
        now[1]
        for was, now in zip(before["boxes"], after["boxes"], strict=True)
        if top <= was[1] <= bottom and was[2] > _THIN and now[2] > _THIN
    ]
    return median(moved) if moved else 0.0


def _tops(near: float, bottom: float) -> Iterator[float]:
    """How far to scroll for pictures of parts of the page, the likeliest first."""
    yield max(0.0, near - _TALL / 2)
    for number in range(min(_MOST_PARTS, int(bottom // (0.75 * _TALL)) + 1)):
        # They overlap, for the sake of a quote that lies across two.
        yield number * 0.75 * _TALL


def _is_in_view(before: dict[str, Any], at: int) -> bool:
    _, y, width, tall = before["boxes"][at]
    top = before["y"]
    return bool(width > _THIN and top - 1 <= y and y + tall <= top + before["height"] + 1)


def _is_marked(differs: NDArray[np.bool_], x: float, y: float, width: float, height: float) -> bool:
    if width <= _THIN or height <= _THIN or x < 0 or y < 0:
        return False
    part = differs[round(y) : round(y + height), round(x) : round(x + width)]
    return part.size > 0 and float(part.mean()) >= _SHARE


def letters_of(text: str) -> str:
    """Letters and digits alone, in a form that can be compared."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_LETTERS.findall("".join(c for c in plain if not unicodedata.combining(c))))


@asynccontextmanager
async def serving_pages(pages: Mapping[str, bytes]) -> AsyncIterator[str]:
    """Serves HTML by name on loopback; gives the address that the names go behind."""

    async def give(request: web.Request) -> web.Response:
        data = pages.get(request.match_info["name"])
        if data is None:
            raise web.HTTPNotFound
        return web.Response(body=data, headers={"Content-Type": "text/html; charset=utf-8"})

    app = web.Application()
    app.router.add_get("/{name}", give)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()
