"""Makes the pictures of docs/: what Discord shows of answers and of a moderator's work.

Needs the test tools, chromium, and simcord's preview (``pip install linkify-it-py``):

    python docs/make_pictures.py [NAME ...]

Of the scenes, some are kept in docs/. With ``LOOKS=FOLDER`` all are taken, in the dark and the
light theme and at the width of a phone too, into that folder, to be looked at.

Two answers are real, from the seeds. All else is shown around a service that replies as told,
with invented articles.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import picture_reader
import scenes_library
import scenes_members
import scenes_moderators
from picture_browser import NARROW, Look, take
from picture_stage import CONFIG, NOW, Stage, open_stage

from bot.cogs.ports import library_of
from bot.rendering.reply_actions import QUOTES_LABEL
from bot.settings import Settings
from bot.wiring import open_service
from index.models import SyncReport
from tests.fakes.discord_service import ScriptedService

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "How many seats did the Liberals win, and when did Carney and Trump first speak?"
UNKNOWN = "How do I bake sourdough bread at home?"
REAL = {"answer": QUESTION, "refusal": UNKNOWN}
SCENES = {**scenes_members.SCENES, **scenes_moderators.SCENES, **scenes_library.SCENES}
KEPT = frozenset(
    {
        *REAL,
        *("differences", "too-old", "asking-back", "unfinished", "check", "corrected"),
        *("config", "article", "gaps", "feedback", "stats"),
        *(name for name in scenes_library.SCENES if name != "golden"),
    }
)
"""What README and docs show."""
LOOKS = (Look(), Look(light=True), Look(NARROW), Look(NARROW, light=True))


async def make(names: list[str], folder: Path) -> None:
    """Make the named pictures, all of them where none is named."""
    looks = os.environ.get("LOOKS")
    wanted = names or [*REAL, *SCENES, picture_reader.NAME]
    for name in wanted:
        if name == picture_reader.NAME:
            await picture_reader.take_reader(ROOT / "docs" / f"{name}.png", folder / name)
        elif name in KEPT or looks:
            await make_one(name, folder / name, Path(looks) if looks else None)


async def make_one(name: str, folder: Path, looks: Path | None) -> None:
    """Play one scene and take its pictures."""
    if name in REAL:
        await show_reply(name, folder, looks)
        return
    service = ScriptedService()
    service.report = SyncReport(edition=13, published=True)
    config = scenes_members.CONFIGS.get(name, CONFIG)
    async with open_stage(service, folder, config) as stage:
        await SCENES[name](stage, service)
        await take_picture(stage, name, folder, looks)
        stage.go_on.set()


async def show_reply(name: str, folder: Path, looks: Path | None) -> None:
    """Ask the real bot something about the seeds."""
    settings = Settings(data=folder / "data")
    settings.data.mkdir(parents=True)
    async with (
        open_service(settings, on_notice=sys.stderr.write) as service,
        open_stage(service, folder) as stage,
    ):
        library = library_of(stage.guild.id)
        await service.add(library, [str(ROOT / "seeds")], actor="picture")
        stage.viewer = stage.member
        reply = await stage.member.slash(stage.channel, "ask", question=REAL[name])
        if name == "answer":
            await stage.press(reply, QUOTES_LABEL)
        await take_picture(stage, name, folder, looks)


async def take_picture(stage: Stage, name: str, folder: Path, looks: Path | None) -> None:
    """What the viewer sees now: in docs/ where it is kept, and in all looks where wanted."""
    async with stage.env.preview(
        stage.place, viewers=[stage.viewer], layout="channel", presentation_time=NOW
    ) as preview:
        if stage.form is not None:
            await preview.show(stage.form)
        pictures = {ROOT / "docs" / f"{name}.png": Look()} if name in KEPT else {}
        for look in LOOKS if looks is not None else ():
            shown = f"{name}-{look.width}-{'light' if look.light else 'dark'}.png"
            pictures[(looks or folder) / shown] = look
        await take(preview.url, folder / "browser", pictures)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(make(sys.argv[1:], Path(temporary)))
