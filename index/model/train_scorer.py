"""Trains the sentence scorer, which tells what sentence answers a question: ``make scorer``.

Begins with the packaged embedder's official weights. Each step shows the network eight
questions, each with up to five sentences and a "none of these" whose score is always 0; it
learns to choose. Prints figures of the held-out articles and writes the weights in float32,
from which ``index.model.build_scorer`` makes the file that is shipped. Needs what
requirements-scorer.in names, and about an hour on one core.

    python -m index.model.train_scorer --squad FOLDER --clapnq FOLDER --out FILE
        [--weights FOLDER] [--steps NUMBER]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from index.model.scorer_groups import Group, read_groups

SEED = 7
EPOCHS = 2
QUESTIONS_A_STEP = 8
WRONG_SENTENCES = 4
LEARNING_RATE, HEAD_FASTER = 1e-4, 5
WARM_UP, SLOWEST = 0.08, 0.02
_EVALUATED = 600

Pair = tuple[str, str]
Score = Callable[[Sequence[Pair]], Sequence[float]]


def pair(group: Group, sentence: str) -> Pair:
    """What the network reads of a sentence: the question, and the sentence with its title."""
    return group.question, f"{group.title}: {sentence}"


def choose_sentences(group: Group, chance: random.Random) -> list[str]:
    """Sentences of a group to choose from, the right one first where there is one.

    Where there is none, those that share most words with the question must be among them.
    """
    wrong = list(group.wrong)
    chance.shuffle(wrong)
    if not group.answerable:
        asked = set(group.question.lower().split())
        wrong.sort(key=lambda s: -len(asked & set(s.lower().split())))
        return wrong[:WRONG_SENTENCES]
    chosen = [*group.right, *wrong[: WRONG_SENTENCES - 1]]
    room = WRONG_SENTENCES + 1 - len(chosen)
    return chosen + chance.sample(group.others, min(room, len(group.others)))


class Training:
    """The network, what it learns from, and the random numbers of both.

    Args:
        groups: what it learns from.
        weights: the official weights that it begins with.
    """

    def __init__(self, groups: Sequence[Group], weights: Path) -> None:
        import torch  # type: ignore[import-not-found]  # noqa: PLC0415

        from index.model import scorer_network  # noqa: PLC0415

        torch.set_num_threads(1)
        torch.manual_seed(SEED)
        self._torch = torch
        self._encode = partial(scorer_network.encode_batch, scorer_network.load_pair_tokenizer())
        self._chance = random.Random(SEED)  # noqa: S311 - reproducible on purpose
        self._groups = groups
        self._pool: list[Group] = []
        self.planned = EPOCHS * len(groups) // QUESTIONS_A_STEP
        self.network = scorer_network.ScorerNetwork()
        self.network.load_base(weights)
        # Too few questions to teach it words.
        self.network.words.weight.requires_grad = False
        self._optimiser, self._schedule = self._prepare()

    def run(self, steps: int) -> None:
        """Learn, and print how it goes."""
        losses: list[float] = []
        began = time.monotonic()
        for step in range(1, steps + 1):
            losses.append(self._step())
            if step % 100 == 0 or step in {6, 21, steps}:
                recent = losses[-100:]
                seconds = (time.monotonic() - began) / step
                print(f"{step}/{steps} loss {sum(recent) / len(recent):.3f} {seconds:.2f} s a step")

    def score(self, pairs: Sequence[Pair]) -> list[float]:
        """The scores of pairs, in float32."""
        self.network.eval()
        scores: list[float] = []
        with self._torch.no_grad():
            for start in range(0, len(pairs), 64):
                batch = self._encode(pairs[start : start + 64])
                scores += self.network(*batch).tolist()
        self.network.train()
        return scores

    def _prepare(self) -> tuple[Any, Any]:
        torch, heads = self._torch, ("hid", "head")
        named = [(n, p) for n, p in self.network.named_parameters() if p.requires_grad]
        body = [p for name, p in named if not name.startswith(heads)]
        head = [p for name, p in named if name.startswith(heads)]
        rates = [
            {"params": body, "lr": LEARNING_RATE},
            {"params": head, "lr": LEARNING_RATE * HEAD_FASTER},
        ]
        optimiser = torch.optim.AdamW(rates, weight_decay=0.01)
        return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, self._pace)

    def _pace(self, step: int) -> float:
        rising = min(1.0, (step + 1) / (WARM_UP * self.planned))
        return rising * max(SLOWEST, 1 - step / self.planned)

    def _step(self) -> float:
        torch = self._torch
        if len(self._pool) < QUESTIONS_A_STEP:
            self._pool = list(self._groups)
            self._chance.shuffle(self._pool)
        groups = [self._pool.pop() for _ in range(QUESTIONS_A_STEP)]
        choices = [choose_sentences(group, self._chance) for group in groups]
        pairs = [pair(g, s) for g, choice in zip(groups, choices, strict=True) for s in choice]
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.network(*self._encode(pairs)).float()
        loss, start = torch.zeros(()), 0
        for group, choice in zip(groups, choices, strict=True):
            # "None of these" is the last of the choices.
            offered = torch.cat([scores[start : start + len(choice)], torch.zeros(1)])
            start += len(choice)
            right = torch.tensor([0 if group.answerable else len(choice)])
            loss = loss + torch.nn.functional.cross_entropy(offered[None], right)
        mean = loss / QUESTIONS_A_STEP
        self._optimiser.zero_grad()
        mean.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self._schedule.step()
        return float(mean.item())


def evaluate(groups: Sequence[Group], score: Score, most: int = _EVALUATED) -> dict[str, float]:
    """How well held-out questions of SQuAD are met, by a sample of ``most`` of each kind.

    ``in_passage`` and ``among_others``: the share of answerable questions whose right sentence
    scores above the rest of its passage, and above six hard ones of its article too.
    ``near_miss``: how often the best sentence of an answerable question scores above that of
    an unanswerable one (area under the curve), over articles that have both.
    """
    chance = random.Random(3)  # noqa: S311
    squad = [g for g in groups if g.source == "squad" and (g.right or g.wrong)]
    right = [g for g in squad if g.answerable]
    traps = [g for g in squad if not g.answerable]
    traps = chance.sample(traps, min(most, len(traps)))
    articles = {g.article for g in traps}
    beside = [g for g in right if g.article in articles]
    right = chance.sample(right, min(most, len(right)))
    beside = chance.sample(beside, min(most, len(beside)))
    scored = [_score_group(group, score) for group in right]
    hits = [_is_first(s, len(g.right + g.wrong)) for g, s in zip(right, scored, strict=True)]
    hard_hits = [_is_first(s, len(s)) for s in scored]
    answered = [max(_score_group(group, score)) for group in beside]
    missed = [max(_score_group(group, score)) for group in traps]
    return {
        "in_passage": sum(hits) / max(1, len(hits)),
        "among_others": sum(hard_hits) / max(1, len(hard_hits)),
        "near_miss": _area(answered, missed),
    }


def _score_group(group: Group, score: Score) -> Sequence[float]:
    return score([pair(group, sentence) for sentence in group.sentences])


def _is_first(scores: Sequence[float], among: int) -> bool:
    return scores[0] >= max(scores[:among])


def _area(higher: Sequence[float], lower: Sequence[float]) -> float:
    wins = sum((h > low) + (h == low) / 2 for h in higher for low in lower)
    return wins / max(1, len(higher) * len(lower))


def main(arguments: list[str]) -> None:
    """Read, train, write, measure."""
    parser = argparse.ArgumentParser(description="Train the sentence scorer.")
    parser.add_argument("--squad", type=Path, required=True, help="folder of SQuAD's questions")
    parser.add_argument("--clapnq", type=Path, required=True, help="folder of CLAPnq's questions")
    parser.add_argument("--out", type=Path, required=True, help="weights to write (.safetensors)")
    parser.add_argument("--weights", type=Path, help="folder with the embedder's official files")
    parser.add_argument("--steps", type=int, help="stop after so many, to try it out")
    given = parser.parse_args(arguments)
    from safetensors.torch import save_file  # type: ignore[import-not-found]  # noqa: PLC0415

    from index.model.build import check_official, find_weights  # noqa: PLC0415

    weights = given.weights or find_weights()
    check_official(weights)
    split = read_groups(given.squad, given.clapnq)
    print(f"{len(split.train)} questions to learn from, {len(split.held)} held out")
    training = Training(split.train, weights / "model.safetensors")
    training.run(given.steps or training.planned)
    save_file(training.network.official_weights(), given.out)
    print(evaluate(split.held, training.score))


if __name__ == "__main__":
    main(sys.argv[1:])
