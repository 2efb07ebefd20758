"""What every part of the service has: the libraries, and who reads, answers and runs jobs."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.engine import OnUnderway, ignore_underway
from bot.answering.models import Question, Reply
from bot.golden import GoldenDesk
from bot.jobs import JobDesk
from bot.observing.observer import Observer
from bot.reading import SourceReading
from bot.services.watching import Publications
from bot.state.gaps import GapLog
from bot.state.spending import SpendingLog
from index.decisions import Decisions as LibraryDecisions
from index.libraries import Libraries
from index.library import Library
from index.old_rows import Retention

_SHOWN = 120


class Parts:
    """The objects over one data folder.

    Args:
        libraries: The libraries.
        golden: Answers questions, and checks the golden ones.
        reading: Reads sources.
        jobs: Runs what takes long.
        retention: Which old editions are kept.
        gaps: Remembers what was left open; already opened.
        spending: Books what a language model is used for; None without one.
        publications: Tells who watches of every publication.
        waits: Whether a job waits while the library has another one, or is refused.
        observer: Follows questions; None: one that writes the log only.
    """

    def __init__(
        self,
        *,
        libraries: Libraries,
        golden: GoldenDesk,
        reading: SourceReading,
        jobs: JobDesk,
        retention: Retention,
        gaps: GapLog,
        spending: SpendingLog | None = None,
        publications: Publications | None = None,
        waits: bool = True,
        observer: Observer | None = None,
    ) -> None:
        self._libraries = libraries
        self._golden = golden
        self._reading = reading
        self._jobs = jobs
        self._retention = retention
        self._gaps = gaps
        self._spending = spending
        self._publications = publications or Publications()
        self._waits = waits
        self._observer = observer or Observer()

    async def ask(
        self, library: str, question: Question, on_underway: OnUnderway = ignore_underway
    ) -> Reply:
        """An answer with its citations, or a refusal with its reason.

        ``on_underway`` is told how far it is, with the sentences that are verified so far.
        """
        question = replace(question, account=library)
        with self._observer.question(question.id, texts=private_texts(question)) as asked:
            answerer = self._golden.answerer(self._library(library))
            reply = await answerer.reply(question, on_underway)
            asked.note_reply(reply)
            return reply

    def _library(self, name: str) -> Library:
        return self._libraries.library(name)

    def _decisions(self, name: str) -> LibraryDecisions:
        return self._libraries.decisions(name)


def private_texts(question: Question) -> tuple[str, ...]:
    """What somebody wrote and was told, none of which belongs into a log."""
    before = (text for turn in question.history for text in (turn.question, turn.answer))
    return (question.text, *before)


def shorten(text: str) -> str:
    """The text, cut where a line would become too long."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
