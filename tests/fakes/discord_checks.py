"""The part of the scripted service that checks messages."""

from __future__ import annotations

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.answering.message_claims import find_claims
from tests.fakes.discord_samples import BRIDGE, cite

OPENED = "The Tern Bridge opened again on Tuesday."


def make_check(text: str, id_: str = "c1") -> CheckedMessage:
    """Every claim of a text, the first of them borne out and the others not found."""
    found = find_claims(text)
    claims = tuple(
        CheckedClaim(
            claim.text,
            claim.start,
            claim.end,
            Verdict.NOT_FOUND if at else Verdict.SUPPORTED,
            () if at else (1,),
        )
        for at, claim in enumerate(found.claims)
    )
    citations = (cite(1, BRIDGE, OPENED),) if claims else ()
    return CheckedMessage(id_, 3, claims, citations, found.left_out)


class ScriptedChecks:
    """Gives ``checked`` to every message, or what ``make_check`` makes of it."""

    checked: CheckedMessage | None = None
    check_error: Exception | None = None
    messages_checked: tuple[tuple[str, str], ...] = ()
    """The library and the text of each message that was checked."""

    async def check_message(self, library: str, text: str, id_: str) -> CheckedMessage:
        self.messages_checked = (*self.messages_checked, (library, text))
        if self.check_error is not None:
            raise self.check_error
        return self.checked or make_check(text, id_)
