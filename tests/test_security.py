"""The threat model holds: each test that it names is there, and what no other test proves."""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.citations import link_citations
from bot.answering.evidence import offer_evidence
from bot.answering.models import Draft
from bot.answering.replies import ReplyReader
from bot.answering.verify import verify
from bot.cogs.places import channels_of
from bot.evaluation.attacks import load_attacks
from bot.policy import Person, Place, may_ask
from bot.state.servers import ServerSettings
from index.retrieval import Mode
from tests.fakes.answering import passages_of
from tests.fakes.discord_samples import BRIDGE, LIBRARY
from tests.fakes.libraries import Opened, article, open_libraries, read_from
from tests.fakes.shared import shared_path

ROOT = Path(__file__).resolve().parents[1]
POLICY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in POLICY.splitlines()
    if line.startswith("|") and "---" not in line
]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", POLICY)))
FILES = sorted(set(re.findall(r"`((?:bot|index|docs|prompts|tests|\.ci)/[\w./]*)`", POLICY)))
TOWNS = ("arkvale", "bexmoor", "cindlow", "dunwick", "elmarsh")


@cache
def names_of_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_the_threat_model_names_exists(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in names_of_tests(path)


@pytest.mark.parametrize("path", FILES)
def test_every_file_that_the_threat_model_names_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_threat_names_how_it_is_met_and_what_proves_it() -> None:
    threats = [row for row in ROWS if len(row) == 4 and row[0] != "Who"]

    assert len(threats) > 30
    for who, tries, met, proof in threats:
        assert who, tries
        assert "`" in met, tries
        assert "::test_" in proof, tries


@pytest.fixture
async def towns(tmp_path: Path) -> AsyncIterator[Opened]:
    """Five libraries that tell the same in the same words, but for the name of their town."""
    async with open_libraries(tmp_path / "data") as opened:
        for town in TOWNS:
            told = (
                article(
                    f"{town}-pier", f"The pier of {town} cost 41,000 crowns. It opened in May."
                ),
                article(f"{town}-mayor", f"The mayor of {town} opened the pier on Tuesday."),
            )
            library = opened.libraries.library(f"discord-{town}")
            await library.add([read_from("/paper", told)], actor="tester", note="add")
        yield opened


QUESTIONS = st.lists(
    st.sampled_from([*TOWNS, "pier", "mayor", "cost", "crowns", "41,000", "opened", "May", "of",
                     "discord-arkvale", "library", '"', "*", "OR", "NEAR", "-", ":", "(",
                     "last week"])
    | st.text(max_size=8),
    min_size=1,
    max_size=7,
).map(" ".join)  # fmt: skip


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(question=QUESTIONS, town=st.sampled_from(TOWNS), mode=st.sampled_from(Mode))
async def test_no_search_of_one_library_ever_gives_a_passage_of_another(
    towns: Opened, question: str, town: str, mode: Mode
) -> None:
    library = towns.libraries.library(f"discord-{town}")
    found = await library.search(question, limit=20, mode=mode)

    for passage in found.passages:
        assert town in passage.text
        assert passage.article_id.startswith(town)


def test_what_an_obeying_model_writes_is_never_shown() -> None:
    """A model that does all that attacks ask for, and cites real evidence for it."""
    texts = {each.version_id: each.text for each in (BRIDGE, LIBRARY)}
    evidence = offer_evidence([*passages_of(BRIDGE), *passages_of(LIBRARY)], salt="s")
    ids = tuple(item.id for item in evidence)
    attacks = load_attacks(shared_path("eval/injections"))
    written = 0
    for number, attack in enumerate(attacks):
        id_ = ids[number % len(ids)]
        for line in (attack.text, *attack.payloads):
            reader = ReplyReader(ids)
            reader.feed(
                f"{' '.join(line.split())} [{id_}]\n<@1> see https://evil.example [{id_}]\n"
            )
            reader.close()
            written += len(reader.sentences)
            shown = verify(link_citations(Draft(reader.sentences, "model"), evidence), texts)
            assert shown == (), attack.id

    assert written >= 500


def test_a_thread_counts_as_its_channel_and_its_category() -> None:
    person, rules = Person(id=5), ServerSettings(ask_channels=(2,))
    thread = SimpleNamespace(parent_id=2, category_id=3)
    other = SimpleNamespace(parent_id=4, category_id=3)

    assert may_ask(Place(1, channel_ids=channels_of(thread, 9)), person, rules).allowed
    assert not may_ask(Place(1, channel_ids=channels_of(other, 9)), person, rules).allowed
    of_category = ServerSettings(ask_channels=(3,))
    assert may_ask(Place(1, channel_ids=channels_of(other, 9)), person, of_category).allowed


async def test_an_id_of_an_article_is_never_used_as_a_path(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("untouched")
    async with open_libraries(tmp_path / "data") as opened:
        library = opened.libraries.library("default")
        names = ("../outside.txt", "/etc/passwd", "..\\x", "a/b", "%2e%2e/x", "C:x")
        told = [article(name, f"The pier number {n} is red.") for n, name in enumerate(names)]
        await library.add([read_from("/paper", told)], actor="tester", note="add")
        found = await library.search("pier red", limit=20)

    assert {passage.article_id for passage in found.passages} == set(names)
    assert outside.read_text() == "untouched"
    made = {path.name for path in (tmp_path / "data").rglob("*")}
    assert not any("passwd" in name or "outside" in name for name in made)
