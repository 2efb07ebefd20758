"""Any LlamaIndex embedding model becomes unit vectors, or an error that says why not."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from llama_index.core import Settings
from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from pydantic import PrivateAttr

from index.breaker import Breaker, BreakerState
from index.embedding import Embedder, EmbeddingModel, LoadedOnFirstUse
from index.errors import EmbeddingError
from index.models import Progress

Answer = Callable[[str], Any]


class Scripted(BaseEmbedding):
    """Answers as it is told, and remembers what it was asked and by which threads."""

    _answer: Answer = PrivateAttr()
    _asked: list[str] = PrivateAttr(default_factory=list)
    _threads: set[str] = PrivateAttr(default_factory=set)

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def _get_text_embedding(self, text: str) -> Embedding:
        self._asked.append(text)
        self._threads.add(threading.current_thread().name)
        return self._answer(text)  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> Embedding:
        return self._get_text_embedding("query: " + query)

    async def _aget_query_embedding(self, query: str) -> Embedding:
        raise AssertionError("the embedder calls from threads of its own")

    @property
    def asked(self) -> list[str]:
        return self._asked

    @property
    def threads(self) -> set[str]:
        return self._threads


class Plain:
    """A model that is not LlamaIndex', which would look at the values first."""

    def __init__(self, values: Any) -> None:
        self._values = values

    def get_text_embedding(self, text: str) -> list[float]:
        return self._values  # type: ignore[no-any-return]

    def get_query_embedding(self, query: str) -> list[float]:
        return self._values  # type: ignore[no-any-return]


def by_length(text: str) -> list[float]:
    return [float(len(text)), 1.0, 0.0]


@asynccontextmanager
async def embedder(
    model: EmbeddingModel, *, workers: int = 2, patience: float = 30.0
) -> AsyncIterator[Embedder]:
    made = Embedder(
        model, fingerprint="scripted:1:3", dimension=3, workers=workers, timeout=patience
    )
    try:
        yield made
    finally:
        await made.close()


async def test_vectors_come_in_the_order_of_the_texts_with_length_one() -> None:
    async with embedder(Scripted(by_length)) as made:
        vectors = await made.embed(["aaa", "a", "aaaaaaa"])

    assert vectors.dtype == np.float32
    assert vectors[:, 0] / vectors[:, 1] == pytest.approx([3, 1, 7])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)


async def test_a_question_has_its_turn_between_the_texts_of_a_long_list() -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def answer(text: str) -> list[float]:
        loop.call_soon_threadsafe(begun.set)
        time.sleep(0.005)
        return by_length(text)

    model = Scripted(answer)
    async with embedder(model, workers=1) as made:
        texts = asyncio.create_task(made.embed([f"text {n}" for n in range(200)]))
        await begun.wait()
        await made.embed_query("which?")
        waited = model.asked.index("query: which?")
        texts.cancel()

    assert waited < 100


async def test_equal_texts_are_embedded_once() -> None:
    model = Scripted(by_length)
    async with embedder(model) as made:
        vectors = await made.embed(["aa", "b", "aa", "aa"])

    assert sorted(model.asked) == ["aa", "b"]
    assert (vectors[0] == vectors[2]).all()
    assert (vectors[0] == vectors[3]).all()


async def test_no_texts_give_no_vectors() -> None:
    async with embedder(Scripted(by_length)) as made:
        assert (await made.embed([])).shape == (0, 3)


async def test_a_question_is_embedded_as_a_question() -> None:
    model = Scripted(by_length)
    async with embedder(model) as made:
        vector = await made.embed_query("who?")

    assert vector.shape == (3,)
    assert model.asked == ["query: who?"]


async def test_two_workers_embed_at_the_same_time_off_the_loop() -> None:
    both_inside = threading.Barrier(2, timeout=20)

    def meet(text: str) -> list[float]:
        both_inside.wait()
        return by_length(text)

    model = Scripted(meet)
    async with embedder(model) as made:
        await made.embed(["a", "b"])

    assert len(model.threads) == 2
    assert threading.current_thread().name not in model.threads


async def test_the_loop_goes_on_while_a_text_is_embedded() -> None:
    may_end = threading.Event()

    def wait(text: str) -> list[float]:
        assert may_end.wait(20)
        return by_length(text)

    async with embedder(Scripted(wait)) as made:
        running = asyncio.create_task(made.embed(["a"]))
        await asyncio.sleep(0.05)
        may_end.set()

        assert (await running).shape == (1, 3)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([1.0, float("nan"), 0.0], "NaN"),
        ([1.0, float("inf"), 0.0], "infinity"),
        ([0.0, 0.0, 0.0], "zeros"),
        ([1e-30, 0.0, 0.0], "zeros"),
        ([1.0, 2.0], "shape (2,)"),
        ([[1.0, 2.0, 3.0]], "shape (1, 3)"),
        ([], "shape (0,)"),
        ([[1.0], [1.0, 2.0]], "not a vector"),
        (["a", "b", "c"], "not a vector"),
        (None, "shape ()"),
    ],
)
async def test_an_unusable_vector_is_an_error_that_says_what_is_wrong(
    values: Any, says: str
) -> None:
    async with embedder(Plain(values)) as made:
        with pytest.raises(EmbeddingError, match=re.escape(says)):
            await made.embed(["a"])
        with pytest.raises(EmbeddingError, match=re.escape(says)):
            await made.embed_query("a")


@pytest.mark.parametrize("values", [[1.0, float("nan"), 0.0], [1.0], ["a"], None])
async def test_the_same_of_a_llama_index_model_is_an_embedding_error_too(values: Any) -> None:
    async with embedder(Scripted(lambda _: values)) as made:
        with pytest.raises(EmbeddingError):
            await made.embed(["a"])


@pytest.mark.parametrize("values", [[1e300, 1e300, 0.0], [1e-9, 1e-9, 0.0]])
async def test_very_large_and_small_vectors_have_a_direction(values: Sequence[float]) -> None:
    async with embedder(Scripted(lambda _: values)) as made:
        (vector,) = await made.embed(["a"])

    assert vector == pytest.approx([2**-0.5, 2**-0.5, 0])


async def test_a_failing_model_is_an_error_without_its_words_and_with_its_cause() -> None:
    def fail(_: str) -> list[float]:
        raise ConnectionError("key sk-secret was refused")

    async with embedder(Scripted(fail)) as made:
        with pytest.raises(EmbeddingError, match="ConnectionError") as caught:
            await made.embed(["a", "b", "c"])

    assert "sk-secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, ConnectionError)


async def test_after_a_failure_no_further_text_is_begun() -> None:
    def fail(_: str) -> list[float]:
        raise ValueError

    model = Scripted(fail)
    async with embedder(model) as made:
        with pytest.raises(EmbeddingError):
            await made.embed([f"text {n}" for n in range(500)])

    assert len(model.asked) <= 4


async def test_a_text_that_takes_too_long_is_an_error_and_the_next_goes_through() -> None:
    release = threading.Event()

    def hang(text: str) -> list[float]:
        if text == "slow":
            release.wait(20)
        return by_length(text)

    try:
        async with embedder(Scripted(hang), workers=1, patience=0.2) as made:
            with pytest.raises(EmbeddingError, match=r"within 0\.2 seconds"):
                await made.embed(["slow"])

            assert (await made.embed(["fast"])).shape == (1, 3)
    finally:
        release.set()


async def test_a_model_that_raises_a_timeout_is_not_taken_for_ours() -> None:
    def time_out(_: str) -> list[float]:
        raise TimeoutError

    async with embedder(Scripted(time_out)) as made:
        with pytest.raises(EmbeddingError, match=r"failed \(TimeoutError\)"):
            await made.embed(["a"])


async def test_a_cancelled_caller_hands_out_no_more_work() -> None:
    inside = threading.Event()
    release = threading.Event()

    def wait(text: str) -> list[float]:
        inside.set()
        assert release.wait(20)
        return by_length(text)

    model = Scripted(wait)
    async with embedder(model) as made:
        running = asyncio.create_task(made.embed([f"text {n}" for n in range(100)]))
        assert await asyncio.to_thread(inside.wait, 20)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        release.set()
        # Whatever was still to come would be ahead of this one.
        await made.embed(["after"])

    assert len([text for text in model.asked if text != "after"]) <= 2


async def test_progress_is_told_at_the_start_and_at_the_end() -> None:
    reports: list[Progress] = []
    async with embedder(Scripted(by_length)) as made:
        await made.embed(["a", "bb", "ccc", "a"], reports.append)

    assert reports[0] == Progress("embedding", 0, 3)
    assert reports[-1] == Progress("embedding", 3, 3)
    assert [r.done for r in reports] == sorted({r.done for r in reports})


async def test_the_end_is_told_once_where_one_worker_does_it_all() -> None:
    inside, release = threading.Event(), threading.Event()

    def answer(text: str) -> list[float]:
        if text == "slow":
            inside.set()
            release.wait(20)
        time.sleep(0.005)
        return by_length(text)

    reports: list[Progress] = []
    async with embedder(Scripted(answer)) as made:
        other = asyncio.create_task(made.embed(["slow"]))
        assert await asyncio.to_thread(inside.wait, 20)
        await made.embed(["a", "bb", "ccc"], reports.append)
        release.set()
        await other

    assert [r.done for r in reports].count(3) == 1


async def test_progress_of_slow_texts_is_told_on_the_way() -> None:
    def nap(text: str) -> list[float]:
        time.sleep(0.06)
        return by_length(text)

    reports: list[Progress] = []
    async with embedder(Scripted(nap), workers=1) as made:
        await made.embed([str(n) for n in range(12)], reports.append)

    assert len(reports) > 3


async def test_progress_of_many_quick_texts_is_told_now_and_then() -> None:
    reports: list[Progress] = []
    async with embedder(Scripted(by_length)) as made:
        await made.embed([str(n) for n in range(1000)], reports.append)

    assert len(reports) < 500


async def test_the_time_inside_the_model_is_counted() -> None:
    def nap(text: str) -> list[float]:
        time.sleep(0.05)
        return by_length(text)

    async with embedder(Scripted(nap)) as made:
        await made.embed(["a", "b"])
        spent = made.busy_seconds

    assert spent >= 0.1


async def test_a_closed_embedder_says_so() -> None:
    async with embedder(Scripted(by_length)) as made:
        pass

    with pytest.raises(EmbeddingError, match="closed"):
        await made.embed(["a"])


@pytest.mark.parametrize("asked", [["first", "waiting"], ["first", "waiting", "never begun"]])
async def test_texts_dropped_by_closing_are_an_error_and_never_rows_of_chance(
    asked: list[str],
) -> None:
    inside = threading.Event()
    release = threading.Event()

    def wait(text: str) -> list[float]:
        inside.set()
        assert release.wait(20)
        return by_length(text)

    async with embedder(Scripted(wait), workers=1) as made:
        busy = asyncio.create_task(made.embed(["busy"]))
        assert await asyncio.to_thread(inside.wait, 20)
        running = asyncio.create_task(made.embed(asked))
        question = asyncio.create_task(made.embed_query("who?"))
        await asyncio.sleep(0.05)
        await made.close()
        release.set()

        with pytest.raises(EmbeddingError, match="closed"):
            await running
        with pytest.raises(EmbeddingError, match="closed"):
            await question
        assert (await busy).shape == (1, 3)


async def test_a_question_whose_caller_is_cancelled_is_cancelled() -> None:
    inside = threading.Event()
    release = threading.Event()

    def wait(text: str) -> list[float]:
        inside.set()
        assert release.wait(20)
        return by_length(text)

    async with embedder(Scripted(wait)) as made:
        running = asyncio.create_task(made.embed_query("who?"))
        assert await asyncio.to_thread(inside.wait, 20)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        release.set()


async def test_a_model_is_loaded_once_with_the_first_text() -> None:
    loaded: list[Scripted] = []

    def load() -> Scripted:
        time.sleep(0.05)  # so that both workers are there before it is loaded
        loaded.append(Scripted(by_length))
        return loaded[-1]

    async with embedder(LoadedOnFirstUse(load)) as made:
        assert not loaded
        await made.embed(["a", "bb", "ccc"])
        await made.embed_query("d")

    assert len(loaded) == 1


async def test_a_model_that_cannot_be_loaded_keeps_its_own_error() -> None:
    def load() -> Scripted:
        raise EmbeddingError("The package is damaged.")

    async with embedder(LoadedOnFirstUse(load)) as made:
        with pytest.raises(EmbeddingError, match="damaged"):
            await made.embed(["a"])


async def test_the_settings_of_llama_index_stay_untouched() -> None:
    async with embedder(Scripted(by_length)) as made:
        await made.embed(["a"])
        await made.embed_query("a")

    assert Settings._llm is None
    assert Settings._embed_model is None


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("bad", [[1.0, 2.0], [1.0, float("nan"), 0.0], [0.0] * 3, None])
async def test_a_model_that_keeps_failing_is_left_alone_and_tried_again_later(bad: Any) -> None:
    clock = Clock()
    answers: list[Any] = [bad] * 3
    model = Scripted(lambda text: answers.pop() if answers else by_length(text))
    breaker = Breaker("embedder", title="The embedder", failures=3, rest=30, clock=clock)
    made = Embedder(model, fingerprint="f", dimension=3, breaker=breaker)
    for _ in range(3):
        with pytest.raises(EmbeddingError):
            await made.embed_query("who?")

    with pytest.raises(EmbeddingError, match=r"failed several times.* in 30 s"):
        await made.embed_query("who?")

    assert len(model.asked) == 3
    clock.now += 30
    assert (await made.embed_query("who?")).shape == (3,)
    await made.close()


async def test_texts_dropped_by_closing_are_not_the_models_fault() -> None:
    inside = threading.Event()
    release = threading.Event()

    def wait(text: str) -> list[float]:
        inside.set()
        assert release.wait(20)
        return by_length(text)

    breaker = Breaker("embedder", failures=1)
    made = Embedder(Scripted(wait), fingerprint="f", dimension=3, workers=1, breaker=breaker)
    busy = asyncio.create_task(made.embed_query("busy"))
    assert await asyncio.to_thread(inside.wait, 20)
    waiting = asyncio.create_task(made.embed_query("who?"))
    await asyncio.sleep(0)
    await made.close()
    release.set()

    with pytest.raises(EmbeddingError, match="closed"):
        await waiting
    await busy
    assert breaker.state is BreakerState.CLOSED


async def test_calls_that_hang_are_counted_and_no_more_than_sixteen_threads_are_lost() -> None:
    release = threading.Event()
    begun: list[str] = []

    def hang(text: str) -> list[float]:
        begun.append(text)
        release.wait(20)
        return by_length(text)

    made = Embedder(
        Scripted(hang),
        fingerprint="f",
        dimension=3,
        workers=1,
        timeout=0.02,
        breaker=Breaker("embedder", failures=1000),
    )
    try:
        said = set[str]()
        for _ in range(20):
            with pytest.raises(EmbeddingError) as caught:
                await made.embed_query("who?")
            said.add(str(caught.value))

        assert len(begun) == 16
        assert "The embedder hangs. Start Footnote again." in said
    finally:
        release.set()
        await made.close()
