"""What the language model was used for, by account and day: so much, and no more.

A call is booked before it is made, with the most it may use, and corrected when it is over.
A call that a crash cut off stays booked as it was.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.state.answers import Database
from index.connections import Connection

SCHEMA = "spending"
STEPS = (
    """
    CREATE TABLE model_call (
        id TEXT PRIMARY KEY,
        day TEXT NOT NULL,
        account TEXT NOT NULL,
        tokens_read INTEGER NOT NULL,
        tokens_written INTEGER NOT NULL,
        millionths INTEGER NOT NULL,
        settled INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX model_call_day ON model_call (day, account);
    """,
)
_KEEP = timedelta(days=60)
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost; the currency is the operator's."""

    read: float = 0.0
    written: float = 0.0

    def of(self, read: int, written: int) -> int:
        """The price of so many tokens in millionths of the currency, rounded up."""
        return math.ceil(read * self.read + written * self.written)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most for one day; None is no limit. ``money`` is in the currency of the prices."""

    tokens: int | None = None
    money: float | None = None

    def lower(self, tokens: int | None) -> Limit:
        """The limit with so many tokens where that is less; None changes nothing."""
        if tokens is None or (self.tokens is not None and self.tokens <= tokens):
            return self
        return Limit(tokens, self.money)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one day has used so far, calls on their way included."""

    tokens: int = 0
    money: float = 0.0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """What one account may use today: what it has used, and what the operator allows it."""

    spent: Spent
    allowed: Limit


class OverBudgetError(Exception):
    """There is not enough left today; ``str(error)`` is a sentence for the log."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A call that was booked, to be settled."""

    id: str


class SpendingLog:
    """Books calls against the limits of a day.

    Args:
        database: Where it is kept.
        prices: What tokens cost.
        all_accounts: The limit for everybody together.
        one_account: The limit for each account.
        own_tokens: The tokens a day that an account allows itself; None: no limit of its own.
        zone: The time zone whose midnight begins a day.
        now: The time.
        new_id: Names a booking.
    """

    def __init__(
        self,
        database: Database,
        *,
        prices: Prices | None = None,
        all_accounts: Limit | None = None,
        one_account: Limit | None = None,
        own_tokens: Callable[[Connection, str], int | None] = lambda _, __: None,
        zone: tzinfo = UTC,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._database = database
        self._prices = prices or Prices()
        self.all_accounts = all_accounts or Limit()
        self.one_account = one_account or Limit()
        self._own_tokens = own_tokens
        self._zone = zone
        self._now = now
        self._new_id = new_id

    async def open(self) -> None:
        """Make the table. Call it once, before anything else.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._database.migrate(SCHEMA, STEPS)

    async def reserve(self, account: str, *, read: int, written: int) -> Booking:
        """Book a call that may use so many tokens.

        Raises:
            OverBudgetError: the day has not so much left; nothing was booked.
            StoreError: the database cannot be used.
        """
        booking, today = Booking(self._new_id()), self._today()
        cost = self._prices.of(read, written)

        def work(connection: Connection) -> None:
            oldest = (today - _KEEP).isoformat()
            connection.execute("DELETE FROM model_call WHERE day < ?", (oldest,))
            # Read in the same transaction: what was just set holds from this call on.
            own = self.one_account.lower(self._own_tokens(connection, account))
            for of, limit in ((None, self.all_accounts), (account, own)):
                _check(_sum(connection, today, of), limit, read + written, cost, of)
            connection.execute(
                "INSERT INTO model_call (id, day, account, tokens_read, tokens_written, millionths)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (booking.id, today.isoformat(), account, read, written, cost),
            )

        await self._database.write(work)
        return booking

    async def settle(self, booking: Booking, *, read: int, written: int) -> float:
        """Put what a call has really used in place of what was booked; 0 and 0: it was not made.

        Returns:
            What it cost, in the currency of the prices.

        Raises:
            StoreError: the database cannot be used; what was booked stays.
        """
        millionths = self._prices.of(read, written)
        row = (read, written, millionths, booking.id)
        await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE model_call SET tokens_read = ?, tokens_written = ?, millionths = ?,"
                    " settled = 1 WHERE id = ? AND settled = 0",
                    row,
                ).rowcount
            )
        )
        return millionths / _MILLION

    async def spent_today(self, account: str | None = None) -> Spent:
        """What today has used so far: one account's, or everybody's."""
        today = self._today()
        return await self._database.read(lambda connection: _sum(connection, today, account))

    async def budget(self, account: str) -> Budget:
        """What an account has used today, and the operator's limit for it."""
        return Budget(await self.spent_today(account), self.one_account)

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()


def _sum(connection: Connection, day: date, account: str | None) -> Spent:
    tokens, millionths, calls = connection.execute(
        "SELECT coalesce(sum(tokens_read + tokens_written), 0), coalesce(sum(millionths), 0),"
        " count(*) FROM model_call WHERE day = ? AND (? IS NULL OR account = ?)",
        (day.isoformat(), account, account),
    ).fetchone()
    return Spent(tokens, millionths / _MILLION, calls)


def _check(spent: Spent, limit: Limit, tokens: int, cost: int, account: str | None) -> None:
    who = "all servers together" if account is None else f"account {account}"
    if limit.tokens is not None and spent.tokens + tokens > limit.tokens:
        raise OverBudgetError(
            f"Today's {limit.tokens:,} tokens of {who} do not suffice: {spent.tokens:,} are used, "
            f"and this question may need {tokens:,}."
        )
    money = cost / _MILLION
    if limit.money is not None and spent.money + money > limit.money:
        raise OverBudgetError(
            f"Today's {limit.money:,g} of {who} does not suffice: {spent.money:,.4f} is spent, "
            f"and this question may cost {money:,.4f}."
        )
