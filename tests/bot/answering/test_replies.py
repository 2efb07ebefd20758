"""What a language model writes is read in every dress, and never raises."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.models import DraftSentence
from bot.answering.replies import SCHEMA, ReplyReader
from bot.answering.reply_lines import LONGEST_LINE, clean_line

IDS = ("e7f3a", "e91bc", "e0d42", "e55ff", "eabcd")
A, B = "The ferry leaves at 8 a.m. from the pier", "A ticket costs £4"
ONE = [(f"{A}.", ("e7f3a",))]
TWO = [(f"{A}.", ("e7f3a",)), (f"{B}.", ("e91bc", "e0d42"))]


def read(*pieces: str) -> ReplyReader:
    reader = ReplyReader(IDS)
    for piece in pieces:
        reader.feed(piece)
    reader.close()
    return reader


def kept(*pieces: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(s.text, s.evidence_ids) for s in read(*pieces).sentences]


@pytest.mark.parametrize(
    "reply",
    [
        f"{A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"{A} [e7f3a].\n{B} [e91bc, e0d42].",
        f"- {A}. [e7f3a]\n- {B}. [e91bc] [e0d42]\n",
        f"1. {A}. [e7f3a]\n2) {B}. [e91bc][e0d42]",
        f"* **{A}.** [e7f3a]\n\n* **{B}.** **[e91bc, e0d42]**",
        f"{A}. (e7f3a)\n{B}. (e91bc; e0d42)",
        f"{A}. 【e7f3a】\n{B}. {{e91bc, e0d42}}",
        f"{A}. e7f3a\n{B}. e91bc, e0d42",
        f"{A}. [[e7f3a]]\n{B}. [^e91bc][^e0d42]",
        f"{A}. [id: e7f3a]\n{B}. [ids: e91bc and e0d42]",
        f"{A}. [E7F3A]\n{B}. [Sources: `e91bc`, `e0d42`]",
        f"{A}. <e7f3a>\n{B}. [e91bc-e0d42]",
        f"{A}. [e7f3a]\n{B}. [e91bc] to [e0d42]",
        f"[e7f3a] {A}.\n[e91bc, e0d42] {B}.",
        f"[e7f3a]: {A}.\n[e91bc, e0d42]: {B}.",
        f"[e7f3a] (2030-06-10) {A}.\n[e91bc, e0d42] (2030-06-10) {B}.\n",
        f"e7f3a: {A}.\ne91bc, e0d42: {B}.\n",
        f"{A}. [e7f3a] {B}. [e91bc, e0d42]",
        f"{A} [e7f3a]. {B} [e91bc, e0d42].",
        f"[e7f3a] {A}. [e91bc, e0d42] {B}.",
        f"{A}.\n[e7f3a]\n{B}.\n[e91bc, e0d42]",
        f"Here is the answer:\n\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"Sure! Here is the answer: {A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"Answer: {A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"**Answer:** {A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"According to the articles, {A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"<think>Hm, {B} [e55ff].\nNO_ANSWER?</think>{A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"<think>\nHm [e55ff].\n</think>\n\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"Let me see. It is so. [e55ff]\n</think>\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        f"<answer>{A}. [e7f3a]\n{B}. [e91bc, e0d42]</answer>",
        f"```\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]\n```",
        f"```text\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]\n```\nI hope this helps!",
        f"data-0123456789abcdef\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]\ndata-0123456789abcdef",
        f"{A}. [e7f3a]\n{B}. [e91bc, e0d42]\n\nSources:\n[e55ff] Something else. [e55ff]",
        f"{A}. [e7f3a]\n{B}. [e91bc, e0d42]\n\nQuestion: and now?\nAnswer: Yes. [e55ff]",
        f"{A}. [e7f3a]\n{B}. [e91bc, e0d42]<|im_end|>\n<|im_start|>user\nOh. [e55ff]",
        f"<|im_start|>{A}. [e7f3a]\n{B}. [e91bc, e0d42]</s> Oh. [e55ff]",
        f"{A}. [e7f3a]\r\n{B}. [e91bc, e0d42]\r\n",
        f"{A}. [e7f3a]\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]\n{A}. [e7f3a]",
        f"| {A}. | e7f3a |\n|---|---|\n| {B}. | e91bc, e0d42 |",
        f"{A}. [e7f3a](#e7f3a)\n{B}. [e91bc, e0d42](https://example.org/a)",
        f"{A}. [e7f3a]\n{B}. [e91bc, e0d42]\nThe articles do not say more. [e55ff]",
        f"{A}. [e7f3a]\n{B}. [e91bc, e0d42]\nThere is no information on dogs.",
        f"> {A}. [e7f3a]\n> {B}. [e91bc, e0d42]",
        f"# Ferry\n\n{A}. [e7f3a]\n{B}. [e91bc, e0d42]",
        (
            f'{{"sentences": [{{"text": "{A}.", "ids": ["e7f3a"]}}, '
            f'{{"text": "{B}.", "ids": ["e91bc", "e0d42"]}}]}}'
        ),
        (
            f'```json\n{{\n "sentences": [\n {{"ids": ["[e7f3a]"], "text": "{A}."}},\n'
            f'{{"text": "{B}. [e91bc]", "ids": ["e91bc, e0d42"]}}]\n}}\n```'
        ),
        (
            f'[{{"sentence": "{A}.", "evidence": "e7f3a"}}, '
            f'{{"sentence": "{B}.", "citations": [{{"id": "e91bc"}}, {{"id": "e0d42"}}]}}]'
        ),
        f'{{"sentences": ["{A}. [e7f3a]", "{B}. [e91bc, e0d42]"]}}',
        f'{{"answer": "{A}. [e7f3a] {B}. [e91bc, e0d42]"}}',
        (
            f'<think>so</think>{{"sentences": [{{"text": "{A}.", "ids": ["e7f3a"]}}, '
            f'{{"text": "{B}.", "ids": ["e91bc", "e0d42"]}}]}} and so on [e55ff]'
        ),
    ],
)
def test_an_answer_is_read_in_every_dress(reply: str) -> None:
    assert kept(reply) == TWO
    assert kept(*reply) == TWO


@pytest.mark.parametrize(
    "reply",
    [
        "NO_ANSWER",
        "NO_ANSWER.",
        " no_answer\n",
        "**NO_ANSWER**",
        "`NO_ANSWER`",
        '"NO_ANSWER"',
        "NO\\_ANSWER",
        "NO ANSWER",
        "No answer.",
        "Answer: NO_ANSWER",
        "The answer is NO_ANSWER.",
        "- NO_ANSWER",
        "NO_ANSWER [e7f3a]",
        "NO_ANSWER: the evidence says nothing of dogs.",
        "```\nNO_ANSWER\n```",
        "<think>It is about dogs.</think>\nNO_ANSWER",
        f"<think>{A}. [e7f3a]\n</think>NO_ANSWER",
        f"{A}. [e7f3a]\nNO_ANSWER",
        "NO_ANSWER<|im_end|>",
        "The evidence does not mention dogs.",
        "The evidence does not mention dogs. [e7f3a]",
        "The provided articles don't say when. [e7f3a, e91bc]",
        "I'm sorry, but I cannot answer this from the articles.",
        "I don't know.",
        "There is no information about dogs in the evidence.",
        "Unfortunately, the given context does not provide this information.",
        '{"sentences": []}',
        '{"sentences": [{"text": "NO_ANSWER", "ids": []}]}',
        '{"sentences": [{"text": "The evidence does not say.", "ids": []}]}',
        '{"answer": "NO_ANSWER"}',
        '{"no_answer": true}',
        "{}",
    ],
)
def test_a_refusal_is_read_in_every_dress(reply: str) -> None:
    for reader in (read(reply), read(*reply)):
        assert reader.says_no_answer
        assert reader.sentences == ()


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "\n\n",
        "<think>Let me look at e7f3a first. [e7f3a]",
        "I love ferries! They are great.",
        f"{A}.",
        "asdf " * 50,
        "[e7f3a]",
        "```",
        '{"sentences": [{"text": "The fer',
        '{"sentences": [{"text": }]}',
        "[e7f3a] The ferry leaves at 8 a.m. from the",
        f"{A}. [e7f3",
        "{",
        "[" * 500,
        "\x00\x01",
    ],
)
def test_what_is_neither_answer_nor_refusal_gives_nothing(reply: str) -> None:
    for reader in (read(reply), read(*reply)):
        assert not reader.says_no_answer
        assert reader.sentences == ()


def test_ids_that_nobody_offered_stay_for_others_to_drop() -> None:
    assert kept(f"{A}. [1]\n{B}. [s-4f2a, e1234]") == [
        (f"{A}.", ("1",)),
        (f"{B}.", ("s-4f2a", "e1234")),
    ]


def test_brackets_that_hold_no_ids_are_part_of_the_sentence() -> None:
    text = "He said it [sic] in 2024 (2 May), then (in 2025) left. [e7f3a]"

    assert kept(text) == [("He said it [sic] in 2024 (2 May), then (in 2025) left.", ("e7f3a",))]


def test_ids_inside_a_sentence_belong_to_the_whole_sentence() -> None:
    assert kept("The ferry [e7f3a] and the bus [e91bc] leave at 8.") == [
        ("The ferry and the bus leave at 8.", ("e7f3a", "e91bc"))
    ]


def test_a_word_that_looks_like_an_id_stays_where_it_was_not_offered() -> None:
    assert kept("The tide ebbed at noon. [e7f3a]") == [("The tide ebbed at noon.", ("e7f3a",))]


def test_a_range_names_the_evidence_in_between() -> None:
    assert kept(f"{A}. [e7f3a-e0d42]") == [(f"{A}.", ("e7f3a", "e91bc", "e0d42"))]


def test_four_sentences_are_kept_and_then_the_reader_wants_no_more() -> None:
    reader = ReplyReader(IDS)

    events = reader.feed("".join(f"Sentence number {n}. [e7f3a]\n" for n in "abcdefg"))

    assert [s.text[-2] for s in reader.sentences] == ["a", "b", "c", "d"]
    assert len(events) == 4
    assert reader.done
    assert reader.feed("NO_ANSWER\n") == reader.close() == []


def test_a_model_that_repeats_itself_is_not_listened_to_for_long() -> None:
    reader = ReplyReader(IDS)

    for _ in range(5):
        reader.feed(f"{A}. [e7f3a]\n")

    assert reader.done
    assert len(reader.sentences) == 1


def test_an_endless_line_is_not_kept_in_memory() -> None:
    reader = ReplyReader(IDS)

    for _ in range(100):
        reader.feed("word " * 1000)

    assert reader.done
    assert len(reader._rest) <= 20_000

    other = ReplyReader(IDS)
    other.feed("x" * 1_000_000)
    assert len(other._rest) <= 20_000


def test_a_sentence_is_told_as_soon_as_its_line_ends() -> None:
    reader = ReplyReader(IDS)

    assert reader.feed(f"{A}. [e7f3a]") == []
    assert reader.feed("\nA") == [DraftSentence(f"{A}.", ("e7f3a",))]


def test_a_sentence_in_json_is_told_as_soon_as_its_object_ends() -> None:
    reader = ReplyReader(IDS)

    assert reader.feed(f'{{"sentences": [{{"text": "{A}.", "ids": ["e7f3a"]') == []
    assert reader.feed("}") == [DraftSentence(f"{A}.", ("e7f3a",))]


def test_quotation_marks_and_braces_in_json_are_letters() -> None:
    text = 'He said "stop}" at 8 \\ 9.'
    reply = json.dumps({"sentences": [{"text": text, "ids": ["e7f3a"]}]})

    assert kept(reply) == kept(*reply) == [(text, ("e7f3a",))]


def test_what_was_told_is_void_when_the_model_refuses_after_all() -> None:
    reader = ReplyReader(IDS)

    reader.feed(f"{A}. [e7f3a]\n")

    assert reader.feed("NO_ANSWER\n") == [None]
    assert reader.sentences == ()


def test_what_was_told_is_void_when_it_was_thinking() -> None:
    reader = ReplyReader(IDS)

    reader.feed(f"{B}. [e7f3a]\n")

    assert reader.feed("</think>") == [None]
    reader.feed(f"{A}. [e7f3a]\n")
    assert [(s.text, s.evidence_ids) for s in reader.sentences] == ONE


def test_a_refusal_in_own_words_beside_an_answer_is_left_out() -> None:
    assert kept(f"{A}. [e7f3a]\nThe articles do not mention the price.") == ONE


def test_the_schema_is_one_that_strict_servers_take() -> None:
    def check(schema: dict[str, object]) -> None:
        if schema["type"] == "object":
            properties = schema["properties"]
            assert isinstance(properties, dict)
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(properties)
            for part in properties.values():
                check(part)
        elif schema["type"] == "array":
            assert isinstance(schema["items"], dict)
            check(schema["items"])

    check(json.loads(json.dumps(SCHEMA)))


_PARTS = st.sampled_from(
    [
        *(f"[{id_}]" for id_ in IDS),
        *IDS,
        A,
        f"{B}.",
        "\n",
        "\n\n",
        " ",
        ". ",
        "- ",
        "1. ",
        "**",
        "`",
        "```\n",
        "```json\n",
        "<think>",
        "</think>",
        "<|im_end|>",
        "</s>",
        "NO_ANSWER",
        "The evidence does not say.",
        "Sources:",
        "Answer: ",
        "Here is the answer:",
        '{"sentences": [',
        '{"text": "Yes.", "ids": ["e7f3a"]}',
        "{",
        "}",
        "]}",
        "[",
        "]",
        "(",
        '"',
        "\\",
        ", ",
        "e7",
        "-",
        "[e7f3a-e0d42]",
        "\ufeff",
        "\r\n",
        "é🎉",
    ]
)
REPLIES = st.lists(_PARTS, max_size=25).map("".join) | st.text(max_size=80)


def events_of(pieces: Sequence[str]) -> tuple[list[DraftSentence | None], bool]:
    reader = ReplyReader(IDS)
    events = [event for piece in pieces for event in reader.feed(piece)]
    return events + reader.close(), reader.says_no_answer


@given(REPLIES, st.data())
def test_it_makes_no_difference_where_the_pieces_are_cut(reply: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]

    assert events_of(pieces) == events_of([reply]) == events_of(list(reply))


@given(REPLIES)
def test_whatever_comes_the_sentences_have_words_and_ids_and_a_refusal_has_none(reply: str) -> None:
    reader = read(reply)

    assert len(reader.sentences) <= 4
    assert all(any(map(str.isalnum, s.text)) and s.evidence_ids for s in reader.sentences)
    assert not (reader.says_no_answer and reader.sentences)


@given(REPLIES)
def test_what_was_told_last_is_what_is_kept(reply: str) -> None:
    events, _ = events_of(list(reply))
    last_void = max((n for n, event in enumerate(events) if event is None), default=-1)

    assert tuple(events[last_void + 1 :]) == read(reply).sentences


@pytest.mark.parametrize(
    "unit", ["#", "# ", "[", "( ", "```", "|", "> ", "1. ", "- ", " ", ",", "{"]
)
@pytest.mark.parametrize("begin", ["", "```", "sources", "(", f"{A}. [e7f3a] "])
@pytest.mark.parametrize("end", ["", "!", ". [e7f3a]"])
def test_a_line_that_was_made_to_be_read_slowly_is_read(begin: str, unit: str, end: str) -> None:
    line = begin + unit * (15_000 // len(unit)) + end

    assert len(read(f"{line}\n").sentences) <= 1
    assert len(clean_line(line)) <= LONGEST_LINE


def test_of_a_line_that_is_too_long_no_sentence_is_cut_in_the_middle() -> None:
    endless = "and so on " * 300

    assert kept(f"[e7f3a] {A} {endless}.\n") == []
    assert kept(f"{A}. [e7f3a] {B} {endless}. [e91bc]\n") == ONE
    long = json.dumps({"sentences": [{"text": f"{A} {endless}.", "ids": ["e7f3a"]}]})
    assert kept(long) == []
    assert not read(long).says_no_answer
