"""Opens the libraries that a question set asks for, and hands them to the evaluation.

The heavy libraries are imported when a run begins.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import CommandError
from bot.evaluation.cases import golden_cases, load_cases
from bot.evaluation.figures import Report
from bot.evaluation.kinds import Kind, load_report, tell_kind
from bot.evaluation.lines import N, take_half, take_sample
from bot.evaluation.options import EvalOptions
from bot.settings import Settings
from bot.terminal import count_of
from index.models import OnProgress

if TYPE_CHECKING:
    from bot.evaluation.runner import Bot
    from bot.service import FootnoteService

_ALL = 2**31

_Measure = Callable[[Settings, Path, EvalOptions, OnProgress], Awaitable[Report]]


async def measure(
    settings: Settings, path: Path | None, options: EvalOptions, on_progress: OnProgress
) -> Report:
    """Measure the set at ``path``, whatever its kind; None: the library's golden questions.

    A report that was saved is read again.

    Raises:
        FootnoteError: the set or its articles cannot be read, or the data folder is in use.
    """
    if path is None:
        return await _ask_questions(settings, None, options, on_progress)
    kind = tell_kind(path)
    if kind is Kind.REPORT:
        return load_report(path)
    return await _MEASURES[kind](settings, path, options, on_progress)


async def _ask_questions(
    settings: Settings, path: Path | None, options: EvalOptions, on_progress: OnProgress
) -> Report:
    from bot.evaluation import runner
    from bot.evaluation.strangers import warn_of_strangers

    # Read first: a mistake in it shows before the articles are indexed.
    cases = _choose(load_cases(path), options, path) if path is not None else []
    async with AsyncExitStack() as stack:
        own = settings
        if options.articles is not None:
            own = _move(settings, stack.enter_context(_scratch()))
        service = await stack.enter_async_context(_open(own))
        if options.articles is not None:
            await _index(service, own, options.articles, on_progress)
        if path is None:
            golden = golden_cases(await service.golden(own.library))
            cases = _choose(golden, options, path)
        articles = await service.find_articles(own.library, "", limit=_ALL)
        return await runner.run(
            cases,
            await stack.enter_async_context(_connect(service, own)),
            name=name_set(path, own.library),
            about=[
                _describe_choice(len(cases), options),
                await _describe_library(service, own.library),
                *warn_of_strangers(cases, {article_id for article_id, _ in articles}),
            ],
            on_progress=on_progress,
        )


async def _ask_conversations(
    settings: Settings, path: Path, options: EvalOptions, on_progress: OnProgress
) -> Report:
    """Of a library that holds the passages of all conversations, asked or not."""
    from bot.evaluation import follow_ups
    from bot.evaluation.conversations import contexts_of, load_tasks

    every = load_tasks(path)
    tasks = _choose(every, options, path)
    async with AsyncExitStack() as stack:
        own = _move(settings, stack.enter_context(_scratch()))
        service = await stack.enter_async_context(_open(own))
        rows = [asdict(context) for context in contexts_of(every)]
        await _index_rows(service, own, rows, on_progress)
        return await follow_ups.run(
            tasks,
            await stack.enter_async_context(_connect(service, own)),
            name=name_set(path, own.library),
            about=[
                _describe_choice(len(tasks), options),
                await _describe_library(service, own.library),
            ],
            on_progress=on_progress,
        )


async def _check_claims(
    _: Settings, path: Path, options: EvalOptions, on_progress: OnProgress
) -> Report:
    from bot.evaluation import claims
    from bot.evaluation.attribution import load_claims, supports

    chosen = _choose(load_claims(path), options, path)
    about = [_describe_choice(len(chosen), options, "claim"), "Checked by plain code."]
    return await claims.run(
        chosen, supports, name=name_set(path, ""), about=about, on_progress=on_progress
    )


async def _try_attacks(
    settings: Settings, path: Path, options: EvalOptions, on_progress: OnProgress
) -> Report:
    from bot.evaluation import obeying
    from bot.evaluation.attacks import load_attacks, load_baits

    attacks = obeying.attacks_of(path, load_attacks(path.parent))
    every = obeying.make_trials(attacks, load_baits(path.parent))
    trials = _choose(every, options, path)
    libraries = obeying.share_out(trials)
    async with AsyncExitStack() as stack:
        own = _move(settings, stack.enter_context(_scratch()))
        service = await stack.enter_async_context(_open(own))
        homes: dict[str, str] = {}
        for number, members in enumerate(libraries, start=1):
            home = own.model_copy(update={"library": f"attacks-{number}"})
            rows = [{"id": t.id, "title": t.title, "text": t.text} for t in members]
            await _index_rows(service, home, rows, on_progress)
            homes |= {trial.id: home.library for trial in members}
        return await obeying.run(
            trials,
            lambda trial: service.ask(homes[trial.id], trial.question),
            name=name_set(path, ""),
            about=[_describe_choice(len(trials), options, "attack")],
            on_progress=on_progress,
        )


async def _ask_disputed(
    settings: Settings, path: Path, options: EvalOptions, on_progress: OnProgress
) -> Report:
    from bot.evaluation import contradictions
    from bot.evaluation.contradictions import Shelf
    from bot.evaluation.disagreement import load_disputed

    chosen = _choose(load_disputed(path), options, path)
    async with AsyncExitStack() as stack:
        own = _move(settings, stack.enter_context(_scratch()))
        service = await stack.enter_async_context(_open(own))
        for shelf in Shelf:
            home = own.model_copy(update={"library": shelf.value})
            rows = list(contradictions.list_articles(chosen, shelf))
            await _index_rows(service, home, rows, on_progress)
        return await contradictions.run(
            chosen,
            lambda shelf, question: service.ask(shelf.value, question),
            name=name_set(path, ""),
            about=[_describe_choice(len(chosen), options)],
            on_progress=on_progress,
        )


def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="footnote-eval-")


def _move(settings: Settings, folder: str) -> Settings:
    return settings.model_copy(update={"data": Path(folder)})


def _choose(cases: Sequence[N], options: EvalOptions, path: Path | None) -> list[N]:
    chosen = take_sample(take_half(cases, options.half), options.sample)
    if chosen:
        return chosen
    if path is None:
        raise CommandError("There are no golden questions to ask. Add some: footnote golden add")
    raise CommandError(f"No question of {path} is left after --half and --sample.")


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[FootnoteService]:
    """The service of a data folder that this process owns; others are served meanwhile."""
    from bot import wiring
    from bot.owner.folder import DataFolder
    from bot.owner.ownership import own_folder

    async with (
        own_folder(DataFolder(settings.data), "footnote eval") as ownership,
        wiring.open_service(settings, on_notice=ownership.notify) as service,
        ownership.serving(service),
    ):
        yield service


async def _index(
    service: FootnoteService, settings: Settings, articles: Path, on_progress: OnProgress
) -> None:
    from bot.evaluation.articles import prepare_articles

    source = prepare_articles(articles, settings.data / "prepared")
    await service.add(settings.library, [str(source)], actor="eval", on_progress=on_progress)


async def _index_rows(
    service: FootnoteService,
    settings: Settings,
    rows: Sequence[Mapping[str, Any]],
    on_progress: OnProgress,
) -> None:
    from bot.evaluation.articles import write_articles

    file = write_articles(rows, settings.data / "prepared" / settings.library)
    await service.add(settings.library, [str(file)], actor="eval", on_progress=on_progress)


@asynccontextmanager
async def _connect(service: FootnoteService, settings: Settings) -> AsyncIterator[Bot]:
    """One library as the runner asks it; plain BM25 and plain cosine beside what is served."""
    from bot import wiring
    from bot.evaluation.runner import Bot, Search
    from index.retrieval import Mode

    def search_by(mode: Mode) -> Search:
        return lambda question, limit: service.search(settings.library, question, limit, mode)

    # One of its own: what the bot's embedder may remember would make it look fast.
    embedder = wiring.make_embedder(settings)
    try:
        yield Bot(
            ask=lambda question: service.ask(settings.library, question),
            text_of=lambda version_id: service.text_of(settings.library, version_id),
            search={mode.value: search_by(mode) for mode in Mode},
            embed=embedder.embed_query,
        )
    finally:
        await embedder.close()


def name_set(path: Path | None, library: str) -> str:
    """What a set is called: its file's name, or its folder's where that says more."""
    if path is None:
        return f"golden questions of {library}"
    stem = path.name.removesuffix(".gz").removesuffix(".jsonl")
    return path.parent.name if stem in ("questions", "tasks", "dev") else stem


def _describe_choice(count: int, options: EvalOptions, what: str = "question") -> str:
    line = count_of(count, what)
    if options.half is not None:
        line += f", of the half to {options.half}"
    if options.sample is not None:
        line += f", a sample of at most {options.sample:,}"
    return line + "."


async def _describe_library(service: FootnoteService, library: str) -> str:
    status = await service.status(library)
    return f"Asked of {count_of(status.articles, 'article')} in {count_of(status.chunks, 'chunk')}."


_MEASURES: Mapping[Kind, _Measure] = {
    Kind.QUESTIONS: _ask_questions,
    Kind.CONVERSATIONS: _ask_conversations,
    Kind.ATTRIBUTION: _check_claims,
    Kind.ATTACKS: _try_attacks,
    Kind.CONTRADICTIONS: _ask_disputed,
}
