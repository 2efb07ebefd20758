"""The picture of the web reader: an invented article with a quote highlighted, as a browser has it.

It is served by the real reader on the loopback, from a real data folder.
"""

from __future__ import annotations

from pathlib import Path

from picture_browser import save

from index.models import Article
from tests.fakes.chromium import Chromium
from tests.fakes.libraries import open_libraries
from tests.fakes.reader import serve_reader

NAME = "reader"
_WIDTH, _HEIGHT = 1100, 560
_BOX = (0, 12, _WIDTH, _HEIGHT - 12)
_QUOTE = "The repair took nine weeks and cost 41,000 crowns."
_ARTICLE = Article(
    id="tern-bridge",
    title="Tern Bridge opens again after nine weeks",
    text=(
        "The Tern Bridge opened again on Tuesday, in time for the hay carts. The mayor and a band "
        "of five walked over it first.\n\n"
        "Four of its eleven piles stood in soft ground and were set anew. "
        f"{_QUOTE} Carts may cross at walking pace until the new railing stands.\n\n"
        "The toll is what it was. The ferry runs its last free trip on Sunday; who still holds a "
        "ticket may give it back at the kiosk until the end of the month.\n\n"
        "The railing is due by the end of July. Who pays for it, the council has not said."
    ),
    published_at="2031-06-10",
    authors=("Marta Quill",),
    publisher="The Gullmarrow Lantern",
    url="https://gullmarrow.example/news/tern-bridge",
)


async def take_reader(picture: Path, folder: Path) -> None:
    """A picture of the article at its quote."""
    async with open_libraries(folder / "data") as opened, serve_reader(opened) as reader:
        await reader.publish(_ARTICLE)
        async with Chromium(folder / "browser") as page:
            await page.resize(_WIDTH, _HEIGHT)
            await page.open(reader.link(_ARTICLE, _QUOTE))
            await save(page, picture, _BOX)
