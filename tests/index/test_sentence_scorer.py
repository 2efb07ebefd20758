"""The trained sentence scorer knows what answers, repeats exactly, and fails no answer."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from index.errors import EmbeddingError
from index.model import files
from index.sentence_scorer import OnnxPairReader, SentenceScorer, load_pair_reader
from index.word_pieces import WordPieces, load_word_pieces

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "When does the night ferry to Brinmouth leave?"
FERRY = (
    "Harbour timetable: The night ferry to Brinmouth leaves at half past eleven.",
    "Harbour timetable: The night ferry to Brinmouth carries no bicycles.",
    "Harbour timetable: Tickets are sold in the white hut beside the crane.",
    "Harbour timetable: In summer the island has four thousand guests a day.",
)
LONG = "The council met on Monday to decide about the harbour and its ferry. " * 800


@pytest.fixture(scope="module")
def reader() -> OnnxPairReader:
    return load_pair_reader()


@pytest.fixture(scope="module")
def word_pieces() -> WordPieces:
    return load_word_pieces()


@pytest.fixture
async def scorer(reader: OnnxPairReader) -> AsyncIterator[SentenceScorer]:
    made = SentenceScorer(lambda: reader)
    yield made
    await made.close()


class Waiting:
    """A reader that waits until it is told to go on, and remembers what it was asked."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.asked: list[str] = []

    def score(self, question: str, sentence: str) -> float:
        self.asked.append(sentence)
        self.begun.set()
        assert self.go_on.wait(20)
        return float(len(sentence))


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        (QUESTION, FERRY),
        (
            "who looks after the bees on the town hall roof",
            (
                "Bees in town: The hives on the roof of the town hall are kept by Odile Marten.",
                "Bees in town: The town hall has a flat roof since it was mended.",
                "Bees in town: Odile Marten likes honey.",
                "Bees in town: A hive gives up to thirty jars in a good year.",
            ),
        ),
        (
            "Why was the swimming pool closed?",
            (
                "News: The swimming pool was shut because a pump had failed.",
                "News: The swimming pool has six lanes of fifty metres.",
                "News: Whoever wants to swim can do so in the lake.",
            ),
        ),
    ],
)
async def test_the_sentence_that_answers_scores_above_those_on_the_subject(
    scorer: SentenceScorer, question: str, sentences: tuple[str, ...]
) -> None:
    scores = await scorer.score(question, sentences)

    assert scores is not None
    assert scores[0] > max(scores[1:]) + 1
    assert scores[0] > 0, "more likely than that none of them does"


async def test_scores_come_in_the_order_of_the_sentences_and_equal_ones_are_equal(
    scorer: SentenceScorer,
) -> None:
    there = await scorer.score(QUESTION, FERRY)
    back = await scorer.score(QUESTION, [*FERRY[::-1], FERRY[0]])

    assert there is not None
    assert back == [*there[::-1], there[0]]


async def test_a_pair_has_the_same_score_alone_after_others_and_beside_them(
    scorer: SentenceScorer, reader: OnnxPairReader
) -> None:
    alone = [load_pair_reader().score(QUESTION, sentence) for sentence in FERRY]
    reader.score(LONG, LONG)
    questions = await asyncio.gather(*(scorer.score(QUESTION, FERRY) for _ in range(4)))

    assert questions == [alone] * 4


async def test_no_sentences_have_no_scores_and_nothing_is_loaded() -> None:
    def load() -> OnnxPairReader:
        raise AssertionError

    scorer = SentenceScorer(load)

    assert await scorer.score(QUESTION, []) == []
    await scorer.close()


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "A \ud800 sign", "海 안녕 🎉", "x" * 100_000, LONG]
)
async def test_any_text_has_a_score(scorer: SentenceScorer, text: str) -> None:
    for question, sentence in ((text, FERRY[0]), (QUESTION, text), (text, text)):
        scores = await scorer.score(question, [sentence])

        assert scores is not None
        assert abs(scores[0]) < 50


async def test_a_long_question_does_not_push_the_sentence_out(scorer: SentenceScorer) -> None:
    scores = await scorer.score(f"{QUESTION} {LONG}", FERRY[:2])

    assert scores is not None
    assert scores[0] != scores[1]


def test_pairs_are_encoded_as_the_tokenizer_does_and_cut_to_the_limit(
    word_pieces: WordPieces,
) -> None:
    whole = Tokenizer.from_buffer(files.read_tokenizer())
    whole.no_padding()
    whole.enable_truncation(96, strategy="only_second")
    for sentence in (*FERRY, LONG[:2000], ""):
        expected = whole.encode(QUESTION, sentence)
        assert word_pieces.encode_pair(QUESTION, sentence, limit=96, first_limit=64) == (
            expected.ids,
            expected.type_ids,
        )

    ids, segments = word_pieces.encode_pair(LONG, LONG, limit=96, first_limit=64)
    assert len(ids) == len(segments) == 96
    assert segments == [0] * 66 + [1] * 30


async def test_what_lies_behind_the_limit_is_not_read(scorer: SentenceScorer) -> None:
    far = LONG[:2000]

    same = await scorer.score(QUESTION, [far, far + FERRY[0]])

    assert same is not None
    assert same[0] == same[1]


async def test_a_cancelled_question_leaves_nothing_behind_that_the_next_waits_for() -> None:
    reader = Waiting()
    scorer = SentenceScorer(lambda: reader, workers=1)
    first = asyncio.create_task(scorer.score("first", ["a", "b", "c"]))
    await asyncio.to_thread(reader.begun.wait, 20)

    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    reader.go_on.set()

    assert await scorer.score("second", ["dd", "eee"]) == [2.0, 3.0]
    assert reader.asked == ["a", "dd", "eee"]
    await scorer.close()


async def test_the_loop_is_free_while_sentences_are_read() -> None:
    reader = Waiting()
    scorer = SentenceScorer(lambda: reader, workers=2)
    scoring = asyncio.create_task(scorer.score("first", ["a", "bb"]))

    # Were the reader in the loop's thread, this would wait for ever.
    await asyncio.to_thread(reader.begun.wait, 20)
    reader.go_on.set()

    assert await scoring == [1.0, 2.0]
    await scorer.close()


async def test_closing_ends_what_waits_and_takes_no_more() -> None:
    reader = Waiting()
    scorer = SentenceScorer(lambda: reader, workers=1)
    running = asyncio.create_task(scorer.score("first", ["a", "b"]))
    await asyncio.to_thread(reader.begun.wait, 20)
    waiting = asyncio.create_task(scorer.score("second", ["c"]))
    await asyncio.sleep(0)

    await scorer.close()
    reader.go_on.set()

    assert await waiting is None
    assert await running is None
    assert await scorer.score("third", ["d"]) is None
    assert reader.asked == ["a"]
    assert await scorer.score("third", []) == []
    await scorer.close()


async def test_a_reader_that_fails_once_costs_one_question_and_one_line(
    reader: OnnxPairReader, caplog: pytest.LogCaptureFixture
) -> None:
    class Stumbling:
        def score(self, question: str, sentence: str) -> float:
            if question == "secret words":
                raise RuntimeError(question)
            return reader.score(question, sentence)

    scorer = SentenceScorer(Stumbling)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert await scorer.score("secret words", FERRY) is None
        assert await scorer.score(QUESTION, FERRY) is not None
    await scorer.close()

    assert len(caplog.messages) == 1
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("damage", ["missing", "altered", "empty"])
async def test_a_damaged_file_is_said_once_and_tried_once(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    content = (ROOT / "index" / "model" / files.SCORER).read_bytes()
    if damage != "missing":
        (tmp_path / files.SCORER).write_bytes(content[:-1] + b"?" if damage == "altered" else b"")
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    loads = 0

    def load() -> OnnxPairReader:
        nonlocal loads
        loads += 1
        return load_pair_reader()

    scorer = SentenceScorer(load)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert await scorer.score(QUESTION, FERRY) is None
    await scorer.close()

    assert loads == 1
    (message,) = caplog.messages
    assert files.SCORER in message
    assert "Install Footnote again" in message


def test_bytes_that_are_no_model_are_an_error_for_a_person(word_pieces: WordPieces) -> None:
    with pytest.raises(EmbeddingError, match="sentence scorer cannot be loaded"):
        OnnxPairReader(b"not a model", word_pieces)


def test_nothing_is_left_in_a_fresh_home_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from index.sentence_scorer import load_pair_reader\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "load_pair_reader().score('Is the ferry late?', 'The ferry is late.')\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
        "heavy = {'llama_index', 'chromadb', 'torch', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORT_"))}
    environment |= {"HOME": str(home), "TMPDIR": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"}

    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=60)

    assert list(home.rglob("*")) == []
