"""Makes the groups that the sentence scorer learns from: a question, and sentences to choose from.

Two folders are read, each with ``passages.jsonl`` and ``questions.jsonl``, an object a line:

- SQuAD: passages have ``passage_id``, ``article_id``, ``title``, ``text``; questions ``id``,
  ``question``, ``answers`` (each stands word for word in the passage), ``answerable``,
  ``article_id``, ``gold_passage_id``, ``source_set`` (``squad-1.1`` or ``squad-v2.0``; only
  articles of the latter have questions that nobody can answer).
- CLAPnq: passages have ``passage_id``, ``title``, ``sentences``; questions ``id``,
  ``question``, ``answerable``, ``gold_passage_id``, ``gold_sentences``.

Every second article of each of SQuAD's two sets, by name, and CLAPnq's questions whose
SHA-256 of the id is odd, are held out.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

# A shorter one is a heading or a slip of the splitter.
_SHORTEST_SENTENCE = 15
_HARD_OTHERS = 6
# Keeps a sentence of one word from being the likest of all.
_LENGTH_FLOOR = 5


@dataclass(frozen=True, slots=True)
class Group:
    """A question with the sentences of its passage, and others of its article that look like it.

    ``right`` holds the sentence that answers, or nothing; ``wrong`` the passage's
    remaining ones; ``others`` hard ones from other passages, the hardest first.
    """

    question: str
    title: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    others: tuple[str, ...]
    source: str
    article: str

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers."""
        return bool(self.right)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of them, the right one first."""
        return self.right + self.wrong + self.others


@dataclass(frozen=True, slots=True)
class Split:
    """Groups to learn from, and groups that are held out."""

    train: tuple[Group, ...]
    held: tuple[Group, ...]


def read_groups(squad: Path, clapnq: Path) -> Split:
    """The groups of both folders.

    Raises:
        OSError: a file cannot be read.
        KeyError: a line lacks a field.
    """
    learnt: list[Group] = []
    held: list[Group] = []
    for group, is_held in (*_read_squad(squad), *_read_clapnq(clapnq)):
        (held if is_held else learnt).append(group)
    return Split(tuple(learnt), tuple(held))


def hold_out(articles: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Every second article by name, of those with unanswerable questions and of the rest.

    Args:
        articles: the article and the set of each question.
    """
    names = sorted({article for article, _ in articles})
    with_traps = sorted({article for article, source in articles if source == "squad-v2.0"})
    rest = [name for name in names if name not in with_traps]
    return frozenset(with_traps[::2] + rest[::2])


def _read_squad(folder: Path) -> Iterator[tuple[Group, bool]]:
    passages = list(_read_lines(folder / "passages.jsonl"))
    questions = list(_read_lines(folder / "questions.jsonl"))
    held = hold_out([(q["article_id"], q["source_set"]) for q in questions])
    titles = {p["passage_id"]: p["title"] for p in passages}
    sentences = {p["passage_id"]: _split(p["text"]) for p in passages}
    by_article: dict[str, list[tuple[str, str]]] = {}
    for passage in passages:
        name = passage["passage_id"]
        pairs = by_article.setdefault(passage["article_id"], [])
        pairs += [(name, sentence) for sentence in sentences[name]]
    rarity = _Rarity([sentence for of in sentences.values() for sentence in of])
    for asked in questions:
        name, article = asked["gold_passage_id"], asked["article_id"]
        right = _right_sentence(asked, sentences[name], rarity)
        if asked["answerable"] and not right:
            continue  # the splitter cut the answer in two
        group = Group(
            question=asked["question"],
            title=titles[name],
            right=right[:1],
            wrong=tuple(s for s in sentences[name] if s not in right),
            others=rarity.likest(asked["question"], by_article[article], but=name),
            source="squad",
            article=article,
        )
        yield group, article in held


def _read_clapnq(folder: Path) -> Iterator[tuple[Group, bool]]:
    passages = {p["passage_id"]: p for p in _read_lines(folder / "passages.jsonl")}
    for asked in _read_lines(folder / "questions.jsonl"):
        passage = passages[asked["gold_passage_id"]]
        sentences = [_squeeze(s) for s in passage["sentences"]]
        gold = {_squeeze(s) for s in asked.get("gold_sentences") or ()}
        right = tuple(s for s in sentences if s in gold)[:1]
        if asked["answerable"] and not right:
            continue
        group = Group(
            question=asked["question"],
            title=passage["title"],
            right=right if asked["answerable"] else (),
            wrong=tuple(s for s in sentences if s not in gold),
            others=(),
            source="clapnq",
            article=passage["title"],
        )
        yield group, int(hashlib.sha256(asked["id"].encode()).hexdigest(), 16) % 2 == 1


def _right_sentence(
    asked: dict[str, Any], sentences: Sequence[str], rarity: _Rarity
) -> tuple[str, ...]:
    """Those that hold the answer, the one with most of the question's words first."""
    if not asked["answerable"]:
        return ()
    answers = [_squeeze(answer) for answer in asked["answers"]]
    holding = [s for s in sentences if any(answer in s for answer in answers)]
    return tuple(sorted(holding, key=lambda s: -rarity.shared(asked["question"], s)))


class _Rarity:
    """Compares texts by the rare words that they share."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._total = len(sentences)
        self._holding = Counter(word for sentence in sentences for word in _words(sentence))

    def shared(self, question: str, sentence: str) -> float:
        common = _words(question) & _words(sentence)
        return math.fsum(math.log(self._total / (1 + self._holding[word])) for word in common)

    def likest(
        self, question: str, sentences: Sequence[tuple[str, str]], *, but: str
    ) -> tuple[str, ...]:
        """The sentences most like a question, those of the passage ``but`` left out."""
        scored = [
            (self.shared(question, s) / math.sqrt(_LENGTH_FLOOR + len(_words(s))), name, s)
            for name, s in sentences
            if name != but
        ]
        return tuple(s for _, _, s in sorted(scored, reverse=True)[:_HARD_OTHERS])


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _split(text: str) -> list[str]:
    found = (_squeeze(boundary["text"]) for boundary in get_sentence_boundaries("en", text))
    return [sentence for sentence in found if len(sentence) >= _SHORTEST_SENTENCE]


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
