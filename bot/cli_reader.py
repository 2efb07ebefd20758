"""The words of ``footnote reader``: the web reader on its own."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli_words import Wanted


def run_reader(
    *,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where to listen, 127.0.0.1 unless set.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=65_535, help="Which port, 8360 unless set."),
    ] = None,
) -> Wanted:
    """Serve the web reader until it is told to stop: articles, opened at the quote.

    It only reads, so the bot or another command may use the data folder meanwhile.
    footnote run serves it too, where FOOTNOTE_READER_URL is set.
    """
    return Wanted("reader", {"host": host, "port": port})
