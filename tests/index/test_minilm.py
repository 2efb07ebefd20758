"""The packaged model: its files are checked, its vectors repeat, and it tells nobody."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from llama_index.core import Settings

from index.embedding import Embedder
from index.errors import EmbeddingError
from index.minilm import MiniLMEmbedding, load_minilm
from index.model import files
from index.model.files import DIMENSION, FINGERPRINT
from index.onnx_encoder import OnnxSentenceEncoder
from index.word_pieces import WordPieces, load_word_pieces

ROOT = Path(__file__).resolve().parents[2]
LONG = "The council met on Monday to decide about the harbour and its ferry. " * 60


@pytest.fixture(scope="module")
def model() -> MiniLMEmbedding:
    return load_minilm()


@pytest.fixture(scope="module")
def word_pieces() -> WordPieces:
    return load_word_pieces()


def cosine(model: MiniLMEmbedding, first: str, second: str) -> float:
    return float(
        np.dot(model.get_text_embedding(first), np.asarray(model.get_query_embedding(second)))
    )


def test_vectors_have_384_numbers_and_length_one(model: MiniLMEmbedding) -> None:
    for text in ("The ferry is late.", "", "x", LONG, "海 안녕 🎉", "A \ud800 sign"):
        vector = model.get_text_embedding(text)

        assert len(vector) == DIMENSION
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_what_means_the_same_is_near_and_the_rest_is_far(model: MiniLMEmbedding) -> None:
    question = "How do I reset my password?"

    assert cosine(model, "Steps to recover account access", question) == pytest.approx(
        0.55, abs=0.03
    )
    assert cosine(model, "The cat sat on the mat", question) == pytest.approx(0.08, abs=0.04)


def test_a_text_has_the_same_vector_alone_and_after_others(model: MiniLMEmbedding) -> None:
    alone = load_minilm().get_text_embedding("The ferry is late.")
    for other in (LONG, "x", "The council met."):
        model.get_text_embedding(other)

    assert model.get_text_embedding("The ferry is late.") == alone


async def test_two_workers_give_the_vectors_that_one_gives(model: MiniLMEmbedding) -> None:
    texts = [f"Pier {n} is closed. {LONG[: n * 40]}" for n in range(24)]
    embedder = Embedder(model, fingerprint=FINGERPRINT, dimension=DIMENSION, workers=2)

    vectors = await embedder.embed(texts)
    await embedder.close()

    one_by_one = np.array([model.get_text_embedding(text) for text in texts])
    assert vectors == pytest.approx(one_by_one, abs=1e-6)
    assert Settings._llm is None
    assert Settings._embed_model is None


async def test_the_loop_is_free_when_llama_index_asks_for_itself(model: MiniLMEmbedding) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await model.aget_query_embedding(LONG)
    await model.aget_text_embedding(LONG)
    ticking.cancel()

    assert ticks > 10


def test_what_lies_behind_256_word_pieces_is_not_read(
    model: MiniLMEmbedding, word_pieces: WordPieces
) -> None:
    words = LONG.split()
    read = next(
        " ".join(words[:n])
        for n in range(len(words))
        if word_pieces.count(" ".join(words[:n])) == 254
    )

    assert model.get_text_embedding(read + " " + LONG) == model.get_text_embedding(read)
    assert model.get_text_embedding(read) != model.get_text_embedding(read.rpartition(" ")[0])


def test_word_pieces_are_counted_as_the_model_reads_them(word_pieces: WordPieces) -> None:
    assert word_pieces.count("") == 0
    assert word_pieces.count("The ferry") == 2
    assert word_pieces.count("embeddings") == 4
    assert word_pieces.count(LONG) > 256
    assert len(word_pieces.encode(LONG).ids) == 256
    assert len(word_pieces.encode("The ferry").ids) == 4


@pytest.mark.parametrize("name", [files.MODEL, files.TOKENIZER])
@pytest.mark.parametrize("damage", ["missing", "altered", "empty"])
def test_a_damaged_file_is_named_and_what_to_do(
    name: str, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (files.MODEL, files.TOKENIZER):
        content = (ROOT / "index" / "model" / file).read_bytes()
        if file != name:
            (tmp_path / file).write_bytes(content)
        elif damage != "missing":
            (tmp_path / file).write_bytes(content[:-1] + b"?" if damage == "altered" else b"")
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)

    with pytest.raises(EmbeddingError, match=f"{name}.*Install Footnote again"):
        load_minilm()


def test_bytes_that_are_no_model_are_an_error_for_a_person(word_pieces: WordPieces) -> None:
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        OnnxSentenceEncoder(b"not a model", word_pieces)


def test_nothing_is_left_in_a_fresh_home_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from index.word_pieces import load_word_pieces\n"
        "from index.onnx_encoder import OnnxSentenceEncoder\n"
        "from index.model.files import find_model\n"
        "encoder = OnnxSentenceEncoder(find_model(), load_word_pieces())\n"
        "encoder.encode('The ferry is late.')\n"
        "heavy = {'llama_index', 'chromadb', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORT_"))}
    # Somebody may have asked for telemetry elsewhere; not here.
    environment |= {"HOME": str(home), "TMPDIR": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"}

    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=60)

    assert list(home.rglob("*")) == []


def test_the_names_of_an_index_made_by_this_model_do_not_change() -> None:
    assert FINGERPRINT == "all-MiniLM-L6-v2-int8:2ef6c2671960:384"
