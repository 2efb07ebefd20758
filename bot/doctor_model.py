"""Checks the language model: whether one is set, its library there, its budget, its answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from zoneinfo import ZoneInfo

from bot.checks import Check, State
from bot.errors import FootnoteError
from bot.llm.connecting import Connection
from bot.llm.failing import explain
from bot.llm.making import make_spending, name_model
from bot.llm.providers import Asked
from bot.settings import Settings
from bot.state.spending import Limit, Spent
from bot.wiring_store import find_store
from index.errors import StoreError
from index.sql import has_table

NAME, BUDGET = "language model", "budget"
_PROMPT = "Reply with the single word: yes"
_LOAD_SECONDS = 120.0


async def check_model(settings: Settings, *, online: bool) -> list[Check]:
    """What there is to say about the language model; it is asked for a word when ``online``."""
    if not settings.llm:
        return [_describe_none(settings)]
    connection = Connection(settings)
    try:
        connection.check()
        await connection.check_class()
    except FootnoteError as error:
        return [Check(NAME, State.FAIL, str(error))]
    shown = f"{name_model(settings)} ({settings.llm})"
    budget = await check_budget(settings)
    if online:
        return [await _ask(connection, settings, shown), budget]
    message = f"{shown} is set."
    return [Check(NAME, State.OK, message, "See if it answers: footnote doctor --online"), budget]


def _describe_none(settings: Settings) -> Check:
    """That none is set; a warning where something else of one is."""
    message = "None is set; answers are put together from the articles' own sentences."
    given = {"MODEL": settings.llm_model, "URL": settings.llm_url, "KEY": settings.llm_key}
    names = [f"FOOTNOTE_LLM_{name}" for name, value in given.items() if value]
    if not names:
        return Check(NAME, State.OK, message)
    does = f"{', '.join(names)} {'does' if len(names) == 1 else 'do'} nothing"
    todo = f"{does} without FOOTNOTE_LLM; set it, such as to openai-like."
    return Check(NAME, State.WARN, message, todo)


async def check_budget(settings: Settings) -> Check:
    """What the language model has used today, and what is left."""
    try:
        database = find_store(settings)
    except StoreError as error:
        return Check(BUDGET, State.WARN, f"What was used today cannot be read. {error}")
    if database is None:
        return _describe_budget(settings, Spent())
    try:
        spending = make_spending(settings, database, zone=ZoneInfo(settings.timezone))
        # Looking changes nothing: the table is made when the first question is asked.
        kept = await database.read(lambda c: has_table(c, "model_call"))
        return _describe_budget(settings, await spending.spent_today() if kept else Spent())
    except StoreError as error:
        return Check(BUDGET, State.WARN, f"What was used today cannot be read. {error}")
    finally:
        await database.close()


def _describe_budget(settings: Settings, spent: Spent) -> Check:
    limit = Limit(settings.llm_day_tokens, settings.llm_day_money)
    tokens = f"{spent.tokens:,}" + (f" of {limit.tokens:,}" if limit.tokens is not None else "")
    message = f"{tokens} tokens are used today"
    if settings.llm_price_in or settings.llm_price_out:
        of = f" of {limit.money:,g}" if limit.money is not None else ""
        message += f", and {spent.money:,.2f}{of} is spent"
    used_up = limit.tokens is not None and spent.tokens >= limit.tokens
    if used_up or (limit.money is not None and spent.money >= limit.money):
        todo = "Until midnight the answers come from the articles' own sentences."
        return Check(BUDGET, State.WARN, f"{message}: nothing is left.", todo)
    return Check(BUDGET, State.OK, f"{message}.")


async def _ask(connection: Connection, settings: Settings, shown: str) -> Check:
    try:
        async with asyncio.timeout(_LOAD_SECONDS):
            await connection.load()
        async with asyncio.timeout(settings.llm_first_timeout):
            first, rest = await connection.begin(_PROMPT, Asked(max_tokens=16))
            async with aclosing(rest):
                answered = first is not None
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the operator must read it
        failure = explain(error, secrets=connection.secrets)
        return Check(NAME, State.FAIL, f"{shown} does not answer. {failure.cause}")
    finally:
        await connection.close()
    if not answered:
        return Check(NAME, State.FAIL, f"{shown} gives an empty reply.")
    return Check(NAME, State.OK, f"{shown} answers.")
