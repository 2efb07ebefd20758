"""PostgreSQL's errors as sentences that say what to do."""

from __future__ import annotations

import psycopg

from index.errors import StoreError

_UNREACHABLE = (
    "The database server cannot be reached. Does it run, and may this machine connect to it?"
)
_LOST = "The connection to the database server was lost. It is tried again at the next call."
_IN_DOUBT = (
    "The connection to the database server was lost while a change was being saved. Look whether "
    "it was saved before doing it again; it was saved whole, or not at all."
)
# Stopped, crashed, starting, idle for too long, in a transaction or out of one.
_ENDING = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03"})
_WHAT_TO_DO = {
    "28": "The database server refused the user or the password.",
    "3D": "There is no such database on the server. Make it: CREATE DATABASE ... ENCODING 'UTF8'.",
    "53100": "The database server's disk is full. Free some and try again; nothing was lost.",
    "53": "The database server has no connections or memory left. Nothing was lost.",
    "57014": "The database server did not answer in time; nothing was written.",
    "57P": "The database server is starting or stopping. It is tried again at the next call.",
    "54000": "A text is too long for the database; nothing was written. Shorten it: PostgreSQL "
    "keeps names, addresses and questions of up to 2,700 bytes.",
    "55P03": "Another process kept the database too long. Try again; nothing was lost.",
    "40": "Another process changed the same rows. Try again; nothing was written.",
    "25006": "The database server takes no changes: it is a copy of another. Use the first one.",
    "42501": "The database's user may not do this. Let it own the schema: "
    "CREATE SCHEMA footnote AUTHORIZATION the_user.",
    "XX001": "The database is damaged. Restore it from a backup; nothing was overwritten.",
    "XX002": "An index of the database is damaged. REINDEX it; nothing was overwritten.",
}


def explain(error: psycopg.Error, name: str, *, is_committing: bool = False) -> StoreError:
    """The error as a sentence that says what to do, with nothing that a row holds in it."""
    if is_lost(error):
        return StoreError(f"{_IN_DOUBT if is_committing else _LOST} ({name})")
    state = error.sqlstate or ""
    # Not the details: they quote rows.
    said = f"{state}: {error.diag.message_primary or type(error).__name__}"
    for length in (5, 3, 2):
        if state[:length] in _WHAT_TO_DO:
            return StoreError(f"{_WHAT_TO_DO[state[:length]]} ({name}; {said})")
    return StoreError(f"The database {name} failed ({said}).")


def explain_connecting(error: psycopg.Error, name: str) -> StoreError:
    """Why no connection was made, in a sentence that says what to do."""
    state = _state_of(error)
    for length in (5, 3, 2):
        if state[:length] in _WHAT_TO_DO:
            return StoreError(f"{_WHAT_TO_DO[state[:length]]} ({name})")
    return StoreError(f"{_UNREACHABLE} ({name})")


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone, and not only a statement refused."""
    state = error.sqlstate or ""
    if isinstance(error, psycopg.InterfaceError):
        return True
    ended = not state and isinstance(error, psycopg.OperationalError)
    return ended or state.startswith("08") or state in _ENDING


def _state_of(error: psycopg.Error) -> str:
    """The code of a failed login, of which libpq gives only the server's words."""
    said = str(error)
    signs = (
        ("password authentication failed", "28"),
        ("no password supplied", "28"),
        ("no pg_hba.conf entry", "28"),
        ("role ", "28"),
        ("too many", "53"),
        ("remaining connection slots", "53"),
        ("starting up", "57P"),
        ("shutting down", "57P"),
        ("permission denied for database", "42501"),
        ("database ", "3D"),
    )
    known = (state for sign, state in signs if sign in said and "FATAL" in said)
    return error.sqlstate or next(known, "")
