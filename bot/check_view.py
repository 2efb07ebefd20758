"""How a checked text looks on a terminal and on a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.answering.checked import Verdict
from bot.errors import ExitCode
from bot.terminal import clean, count_of, headline

_Json = Mapping[str, Any]
NO_CLAIM = "There is no statement in that: questions, opinions and greetings are not looked up."
_SAID = {
    Verdict.SUPPORTED: "SUPPORTED",
    Verdict.CONTRADICTED: "CONTRADICTED",
    Verdict.NOT_FOUND: "NOT FOUND",
}
_OTHERWISE = {
    Verdict.SUPPORTED: "But another article says otherwise:",
    Verdict.CONTRADICTED: "An older article said so:",
}


def checked_as_text(checked: _Json) -> str:
    """Every claim with its verdict and its quotes."""
    if not checked["claims"]:
        return NO_CLAIM
    quotes = {citation["n"]: citation for citation in checked["citations"]}
    blocks = ["\n".join(_write_claim(claim, quotes)) for claim in checked["claims"]]
    if checked["left_out"]:
        blocks.append(f"Not looked at: {count_of(checked['left_out'], 'more statement')}.")
    if checked["notice"]:
        blocks.append(clean(checked["notice"]))
    return "\n\n".join(blocks)


def exit_of_check(checked: _Json) -> ExitCode:
    """3 where there is nothing to check."""
    return ExitCode.DONE if checked["claims"] else ExitCode.REFUSED


def _write_claim(claim: _Json, quotes: Mapping[int, _Json]) -> Iterator[str]:
    verdict = Verdict(claim["verdict"])
    yield f"{_SAID[verdict]}: {clean(claim['text'])}"
    for number in claim["citations"]:
        yield from _write_quote(quotes[number])
    if claim["otherwise"]:
        yield f"  {_OTHERWISE[verdict]}"
        for number in claim["otherwise"]:
            yield from _write_quote(quotes[number])
    if claim["nearest"]:
        yield f"  nearest: {headline(claim['nearest'])}".rstrip()


def _write_quote(citation: _Json) -> Iterator[str]:
    yield f"  [{citation['n']}] {headline(citation)}".rstrip()
    yield f"      “{clean(citation['quote'])}”"
