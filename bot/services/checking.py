"""What the service does to check what somebody says."""

from __future__ import annotations

from bot.answering.checked import CheckedMessage
from bot.services.parts import Parts


class Checking(Parts):
    """Holds messages against a library's articles."""

    async def check_message(self, library: str, text: str, id_: str) -> CheckedMessage:
        """What the articles say of each claim of a message; ``id_`` goes through logs."""
        with self._observer.question(id_, kind="check", texts=(text,)) as asked:
            checker = self._golden.message_checker(self._library(library))
            checked = await checker.check(text, id_=id_, library=library)
            asked.end_as("checked")
            return checked
