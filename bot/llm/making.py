"""Puts a language model together from the settings."""

from __future__ import annotations

from datetime import tzinfo

from bot.llm.connecting import Connection
from bot.llm.model import Limits, LlamaIndexModel
from bot.llm.turns import Turns
from bot.observing.observer import Observer
from bot.settings_llm import ModelSettings
from bot.state.answers import Database
from bot.state.servers import read_day_tokens
from bot.state.spending import Limit, Prices, SpendingLog
from index.breaker import Breaker


async def make_model(
    settings: ModelSettings,
    database: Database,
    *,
    zone: tzinfo,
    observer: Observer | None = None,
) -> LlamaIndexModel | None:
    """The language model of the settings; None where none is set. Close it in the end.

    The provider's library is loaded, and the provider asked, at the first question only; a
    class of the operator's own is loaded at once, for it may be no language model.

    Args:
        settings: What the operator set.
        database: Where spending is kept.
        zone: The time zone whose midnight begins a day of the budget.
        observer: Told of each call; None: one that writes the log only.

    Raises:
        ModelSettingsError: the provider's library is not installed, or the operator's class
            is no language model.
        StoreError: the database cannot be used.
    """
    if not settings.llm:
        return None
    observer = observer or Observer()
    connection = Connection(settings)
    connection.check()
    await connection.check_class()
    spending = make_spending(settings, database, zone=zone)
    await spending.open()
    return LlamaIndexModel(
        connection,
        name=name_model(settings),
        limits=Limits(
            max_tokens=settings.llm_max_tokens,
            seconds=settings.llm_timeout,
            first_seconds=settings.llm_first_timeout,
        ),
        turns=Turns(at_once=settings.llm_at_once),
        breaker=Breaker("model", title="The language model", on_change=observer.note_breaker),
        spending=spending,
        observer=observer,
    )


def make_spending(settings: ModelSettings, database: Database, *, zone: tzinfo) -> SpendingLog:
    """The budget of the settings, not yet opened."""
    return SpendingLog(
        database,
        prices=Prices(settings.llm_price_in, settings.llm_price_out),
        all_accounts=Limit(settings.llm_day_tokens, settings.llm_day_money),
        one_account=Limit(settings.llm_server_day_tokens, settings.llm_server_day_money),
        own_tokens=read_day_tokens,
        zone=zone,
    )


def name_model(settings: ModelSettings) -> str:
    """What the model is called in answers and logs."""
    return settings.llm_model or settings.llm.rpartition(":")[2]
