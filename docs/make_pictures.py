"""Makes docs/answer.png: a real answer from the seeds, as Discord shows it.

Needs the test tools, chromium, and simcord's preview (``pip install linkify-it-py``):

    python docs/make_pictures.py
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import simcord
from PIL import Image, ImageChops

from bot.client import FootnoteBot
from bot.cogs.layout import QUOTES_LABEL
from bot.cogs.ports import library_of
from bot.settings import Settings
from bot.state.answers import AnswerLog
from bot.state.command_hash import CommandHashes
from bot.wiring import open_service
from index.database import Database

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "answer.png"
QUESTION = "How many seats did the Liberals win, and when did Carney and Trump first speak?"
SIZE = (940, 1000)
# Between the preview's list of messages, its day line and its field to write in.
TALK = (257, 150, 940, 930)
MARGIN = 14


async def main(folder: Path) -> None:
    """Ask the real bot in a Discord in memory and take a picture of what it says."""
    settings = Settings(data=folder / "data")
    settings.data.mkdir()
    database = Database(folder / "answers.db")
    answers, hashes = AnswerLog(database), CommandHashes(database)
    await answers.open()
    await hashes.open()
    async with open_service(settings, on_notice=sys.stderr.write) as service:
        bot = FootnoteBot(service=service, answers=answers, command_hashes=hashes)
        world = simcord.run(bot, settle_timeout=60.0)
        world._env.backend.bot_user.name = "Footnote"  # noqa: SLF001 - it has no other way
        async with world as env:
            guild = env.create_guild("The Quiet Harbour")
            channel = guild.create_text_channel("questions")
            ann = guild.add_member(env.create_user("Ann"))
            await service.add(library_of(guild.id), [str(ROOT / "seeds")], actor="picture")
            answer = await ann.slash(channel, "ask", question=QUESTION)
            if answer.response is None:
                raise RuntimeError("the bot did not answer")
            await ann.click(answer.response, label=QUOTES_LABEL)
            async with env.preview(channel, viewers=[ann], layout="channel") as preview:
                await take(preview.url, folder / "page.png", folder / "browser")
    await database.close()
    crop(folder / "page.png", PICTURE)


async def take(url: str, picture: Path, profile: Path) -> None:
    """What a browser shows at the address."""
    browser = await asyncio.create_subprocess_exec(
        *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", "--hide-scrollbars", f"--user-data-dir={profile}"),
        *(f"--window-size={SIZE[0]},{SIZE[1]}", "--virtual-time-budget=20000"),
        *(f"--screenshot={picture}", url),
        stderr=asyncio.subprocess.DEVNULL,
    )
    await asyncio.wait_for(browser.wait(), 120)


def crop(page: Path, picture: Path) -> None:
    """Cut the picture to the talk, without the preview's own frame."""
    image = Image.open(page).convert("RGB").crop(TALK)
    background = Image.new("RGB", image.size, image.getpixel((image.width - 1, 0)))
    _, top, _, bottom = ImageChops.difference(image, background).getbbox() or (0, 0, *image.size)
    image = image.crop((0, max(0, top - MARGIN), image.width, bottom + MARGIN))
    image.quantize(128).save(picture, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(main(Path(temporary)))
