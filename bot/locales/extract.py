"""Brings the catalogs up to date with the texts in the code: ``python -m bot.locales.extract``.

Texts are found where the code marks them (``tr``, ``tr_n``, ``mark``, ``mark_n``), names and
descriptions of commands where Discord is told of them. Translations are kept; where a text was
changed a little, its old translation stays beside it, marked as fuzzy, until somebody has
looked at it.
"""

from __future__ import annotations

import ast
import asyncio
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from discord import Locale, app_commands

from bot.cogs.translator import context_of, describe_commands
from bot.speech import LANGUAGES, SOURCE

if TYPE_CHECKING:
    from bot.client import FootnoteBot
    from bot.cogs.ports import Service
    from bot.state.answers import Database

KEYWORDS = {"tr": 1, "tr_n": 2, "mark": 1, "mark_n": 2}
"""How many texts each of our functions takes."""
PROJECT = "footnote-bot"
_PACKAGE = Path(__file__).parents[1]
_FOLDER = Path(__file__).parent
_COMMANDS = "commands"
_FLAG = "python-brace-format"


def make_template(package: Path = _PACKAGE) -> Catalog:
    """Every text that people see, none of them translated."""
    template = Catalog(project=PROJECT, charset="utf-8")
    for path in sorted(package.rglob("*.py")):
        # A name of the file is enough; lines would change with every edit.
        place = f"bot/{path.relative_to(package).as_posix()}"
        for texts in find_marked(path.read_text(encoding="utf-8")):
            flags = {_FLAG} if any("{" in text for text in texts) else set()
            message = texts if len(texts) > 1 else texts[0]
            template.add(message, locations=[(place, 0)], flags=flags)
    for context, text in asyncio.run(collect_commands()):
        template.add(text, locations=[(_COMMANDS, 0)], context=context)
    return template


def find_marked(source: str) -> Iterator[tuple[str, ...]]:
    """The texts that a file marks, in its order: one, or two where the number decides.

    Read from the syntax tree: Babel's own reading of Python 3.11 does not see what stands
    inside of f-strings.
    """
    calls = [
        call
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        count = KEYWORDS.get(call.func.id, 0) if isinstance(call.func, ast.Name) else 0
        texts = tuple(
            argument.value
            for argument in call.args[:count]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        )
        # tr(CONSTANT) says what was marked elsewhere.
        if count and len(texts) == count:
            yield texts


async def collect_commands() -> list[tuple[str, str]]:
    """What Discord is told of commands, each text with its context, each once."""
    collector = _Collector()
    async with make_bot() as bot:
        await bot.add_commands()
        await describe_commands(bot.tree, collector)
    return list(collector.found)


def make_bot() -> FootnoteBot:
    """A bot with every command there may be, and nothing to work with."""
    from bot.client import FootnoteBot  # noqa: PLC0415 - only here is there a bot to ask
    from bot.cogs.ports import BotConfig  # noqa: PLC0415
    from bot.state.stores import Stores  # noqa: PLC0415

    nothing = _Nothing()
    return FootnoteBot(
        service=cast("Service", nothing),
        stores=Stores(cast("Database", nothing)),
        # Some commands are only there where the operator allows it.
        config=BotConfig(direct_messages=True),
    )


def update(old: str, language: str, template: Catalog) -> str:
    """A catalog as it is written, brought up to date."""
    catalog = read_po(io.StringIO(old), locale=language)
    catalog.update(template, update_creation_date=False)
    # What fits nothing any more is in the history of the file.
    catalog.obsolete.clear()
    return write(catalog)


def write(catalog: Catalog) -> str:
    """A catalog as the text of its file, without what changes from day to day."""
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, include_lineno=False)
    header = "\n".join(f'"{name}: {value}\\n"' for name, value in _header(catalog))
    return f'msgid ""\nmsgstr ""\n{header}\n\n{body.getvalue().decode("utf-8").strip()}\n'


def missing(catalog: Catalog) -> list[Message]:
    """The messages of a catalog that are not translated, or not looked at."""
    return [each for each in catalog if each.id and (not _is_whole(each) or each.fuzzy)]


def main() -> int:
    """Write the catalogs; say how much of each is to be translated."""
    template = make_template()
    for language in (code for code in LANGUAGES if code != SOURCE):
        path = _FOLDER / f"{language}.po"
        made = update(path.read_text(encoding="utf-8"), language, template)
        path.write_text(made, encoding="utf-8")
        catalog = read_po(io.StringIO(made), locale=language)
        left = len(missing(catalog))
        sys.stdout.write(f"{path.name}: {len(catalog)} texts, {left} to translate\n")
    return 0


class _Collector(app_commands.Translator):
    """Translates nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], None] = {}

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,  # noqa: ARG002 - the same in each
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """No translation."""
        self.found[context_of(context), string.message] = None
        return None


class _Nothing:
    """Stands for what commands are given to work with; none of them works here."""

    def __getattr__(self, name: str) -> _Nothing:
        return self

    def __call__(self, *_: object, **__: object) -> _Nothing:
        return self

    def __await__(self) -> Iterator[None]:
        return iter(())

    def __iter__(self) -> Iterator[None]:
        return iter(())


def _is_whole(message: Message) -> bool:
    told = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(told) and all(told)


def _header(catalog: Catalog) -> Iterator[tuple[str, str]]:
    yield "Project-Id-Version", PROJECT
    yield "Language", str(catalog.locale)
    yield "MIME-Version", "1.0"
    yield "Content-Type", "text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding", "8bit"
    yield "Plural-Forms", catalog.plural_forms


if __name__ == "__main__":
    raise SystemExit(main())
