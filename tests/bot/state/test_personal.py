"""What is kept of a person, over all tables of a real database: shown, handed over, forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.models import Question, Reason, Turn
from bot.naming import actor_of, library_of
from bot.state.conversations import Talk
from bot.state.feedback import Complaint
from bot.state.gaps import GapLog
from bot.state.holdings import HOLDINGS, Kind
from bot.state.personal_rows import Subject
from bot.state.spending import SpendingLog
from bot.state.stores import Stores
from index import schema
from index.connections import Connection
from index.database import Database
from index.forgetting import ACTORS, FORGOTTEN, TOLD
from tests.fakes.discord_samples import BRIDGE, bridge_answer, refusal
from tests.fakes.kept_replies import ANN, BEN, ELSEWHERE, HERE, MO, START, Clock, sending
from tests.fakes.stores import list_columns, open_database

MAY_NAME = re.compile(
    r"actor|author|user|member|asker|person|owner|assign|approv|editor|moderator|_by$|(^|_)by_id"
)
# Columns whose name only looks as if they named somebody of Discord.
NOBODY = {("version", "authors"), ("supersession", "by_article"), ("supersession", "by_title")}
NOBODY |= {("note", "approved_at")}

_ACTS = """
INSERT INTO audit (library, at, actor, action, detail, reason) VALUES (:library,
'2031-01-02T00:00:00+00:00', :actor, 'add', 'by ' || :actor, '');
INSERT INTO early_audit (library, at, actor, action, detail, reason) VALUES (:name,
'2031-01-02T00:00:00+00:00', :actor, 'config', 'by ' || :actor, '');
INSERT INTO edition (library, number, published_at, actor, note, added, changed, removed)
VALUES (:library, CAST(:number AS INTEGER), '2031-01-01T00:00:00+00:00', :actor, '', 1, 0, 0);
INSERT INTO golden (library, question, article_id, title, added_by, added_at) VALUES
(:library, :number, 'a', 'A', :actor, '2031-01-03T00:00:00+00:00');
INSERT INTO job (id, library, kind, title, actor, params, state, created_at, outcome)
VALUES (:number, :name, 'add', 'Add', :actor, '{}', 'done', '2031-01-03T00:00:00+00:00',
'Cancelled by Discord user ' || substr(:actor, 9));
INSERT INTO source (library, kind, location, added_by, added_at) VALUES (:library, 'page',
:number, :actor, '2031-01-03T00:00:00+00:00');
INSERT INTO supersession (library, article_id, by_article, by_title, actor, at, reason)
VALUES (:library, :number, 'b', 'B', :actor, '2031-01-03T00:00:00+00:00', '');
INSERT INTO plan (id, library, created_at, state, body, material) VALUES (:number,
:library, '2031-01-03T00:00:00+00:00', 'open', '{"actor":"' || :actor || '"}', :material);
INSERT INTO note (library, article_id, corrects, title_then, start, "end", quote, quoted_version,
looked_at, author, approved_by, at) VALUES (:library, :number, 'a', 'A', 0, 1, 'q', 'v', 'v',
:actor, :actor, '2031-01-03T00:00:00+00:00');
INSERT INTO gap (library, likeness, question, cause, nearest, edition, first_asked, last_asked,
times, assigned_to, taken_at) VALUES (:name, :number, 'Who?', 'no_article', '[]', 1,
'2031-01-03T00:00:00+00:00', '2031-01-03T00:00:00+00:00', 1, :person, '2031-01-03T00:00:00+00:00');
INSERT INTO gap_told (gap, guild_id, reply_id, member_id, text, told_at) VALUES
((SELECT max(key) FROM gap), :guild, :number, :person, 'Please', '2031-01-03T00:00:00+00:00');
INSERT INTO correction (id, guild_id, reply_id, question, answer, quotes, chosen, text, source,
author_id, created_at, state, decided_by, decided_at) VALUES (:number, :guild, 'r', 'Q', 'A',
'[]', 0, 'T', '', :person, '2031-01-03T00:00:00+00:00', 'declined', :person,
'2031-01-03T00:00:00+00:00');
INSERT INTO direct_home (user_id, guild_id, chosen_at) VALUES (:person, :guild,
'2031-01-03T00:00:00+00:00') ON CONFLICT (user_id) DO UPDATE SET guild_id = excluded.guild_id;
INSERT INTO server_change (token, guild_id, user_id, setting, was, wanted, created_at) VALUES
(:number, :guild, :person, 's', '1', '2', '2031-01-03T00:00:00+00:00')
""".split(";")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    it = open_database(tmp_path / "footnote.db")
    await it.migrate(schema.SCHEMA, schema.STEPS)
    await GapLog(it).open()
    await SpendingLog(it).open()
    yield it
    await it.close()


@pytest.fixture
async def stores(database: Database) -> Stores:
    it = Stores(database, now=Clock())
    await it.open()
    return it


async def run(database: Database, query: str, *given: object) -> list[tuple[object, ...]]:
    def work(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(query, given)]

    return await database.write(work)


async def fill(database: Database, guild: int, *actors: int) -> None:
    """A library in which these people did something of every kind."""
    name = library_of(guild)
    await run(database, "INSERT INTO library (pk, name) VALUES (?, ?)", guild, name)
    for key, actor in enumerate(map(actor_of, actors)):
        number = guild * 10 + key
        for query in _ACTS:
            row = {
                "library": guild,
                "guild": str(guild),
                "name": name,
                "number": str(number),
                "actor": actor,
                "person": actor.removeprefix("discord:"),
                "material": b"packed",
            }
            await database.write(lambda c, q=query, r=row: c.execute(q, r).rowcount)  # type: ignore[misc]


async def dump(database: Database) -> str:
    """Every value of every table, as one text."""

    def work(connection: Connection) -> str:
        rows = [
            tuple(row)
            for table in sorted({table for table, _ in list_columns(connection)})
            for row in connection.execute(f"SELECT * FROM {table}")
        ]
        return repr(rows)

    return await database.read(work)


async def test_every_column_that_may_name_somebody_is_looked_after(
    database: Database, stores: Stores
) -> None:
    columns = set(await database.read(list_columns))
    covered = {(each.table, each.column) for each in HOLDINGS}
    covered |= {(each.table, each.column) for each in ACTORS}
    covered |= {(table, column) for table, column, _ in TOLD}
    suspicious = {(table, column) for table, column in columns if MAY_NAME.search(column)}

    assert suspicious - covered - NOBODY == set()
    assert covered <= columns


async def test_nothing_is_left_of_somebody_who_is_forgotten(
    database: Database, stores: Stores
) -> None:
    ann, ben = 800000000000000017, 800000000000000023
    await fill(database, HERE, ann, ben)
    reply = await stores.replies.record(bridge_answer(), sending(ann))
    other = await stores.replies.record(bridge_answer(), sending(ben))
    for reply_id in (reply, other):
        for member in (ann, ben):
            await stores.feedback.vote(reply_id, guild_id=HERE, member_id=member, helpful=False)
    await stores.feedback.close(other, guild_id=HERE, member_id=ann)
    assert str(ann) in await dump(database)

    found = await stores.personal.forget(Subject(ann, HERE))

    assert {kind: kept.count for kind, kept in found.kept.items()} == {
        Kind.QUESTIONS: 1,
        Kind.FEEDBACK: 3,
        Kind.CORRECTIONS: 1,
        Kind.CHOICES: 1,
        Kind.DECISIONS: 13,
    }
    left = await dump(database)
    assert str(ann) not in left
    assert str(ben) in left
    assert await run(database, "SELECT actor FROM audit ORDER BY pk") == [
        (FORGOTTEN,),
        (actor_of(ben),),
    ]
    assert await run(database, "SELECT count(*) FROM edition") == [(2,)]
    (vote,) = await stores.feedback.votes(other, guild_id=HERE)
    assert vote.member_id == ben
    (case,) = await stores.feedback.queue(HERE, closed=True)
    assert case.closed_at == START
    assert case.closed_by is None
    assert (await stores.personal.summary(Subject(ann))).is_empty
    assert (await stores.personal.forget(Subject(ann))).is_empty


async def test_forgetting_in_one_server_leaves_the_others_alone(
    database: Database, stores: Stores
) -> None:
    for guild in (HERE, ELSEWHERE):
        await fill(database, guild, ANN)
        await stores.replies.record(bridge_answer(), sending(guild=guild))

    await stores.personal.forget(Subject(ANN, HERE))
    assert (await stores.personal.summary(Subject(ANN, HERE))).is_empty
    there = await stores.personal.summary(Subject(ANN, ELSEWHERE))
    assert there.kept[Kind.QUESTIONS].count == 1
    assert there.kept[Kind.DECISIONS].count == 12

    await stores.personal.forget(Subject(ANN))
    assert (await stores.personal.summary(Subject(ANN))).is_empty


async def test_the_name_goes_out_of_sentences_too_and_no_longer_number_is_touched(
    database: Database, stores: Stores
) -> None:
    await fill(database, HERE, 123)
    await run(database, "UPDATE audit SET detail = 'told by discord:123 and discord:1234'")
    await stores.personal.forget(Subject(123))

    assert await run(database, "SELECT detail FROM audit") == [
        ("told by discord:forgotten and discord:1234",)
    ]
    assert await run(database, "SELECT outcome FROM job") == [
        ("Cancelled by Discord user forgotten",)
    ]
    assert await run(database, "SELECT body FROM plan") == [('{"actor":"discord:forgotten"}',)]


async def test_a_gap_goes_only_with_the_last_one_who_asked_it(
    database: Database, stores: Stores
) -> None:
    gaps = GapLog(database, now=Clock())
    for asked, askers in {"Who paid?": (ANN,), "who SWIMS": (ANN, BEN)}.items():
        for asker in askers:
            reply = refusal(Reason.NOTHING_FOUND, BRIDGE, asked=asked)
            await stores.replies.record(reply, sending(asker))
            await gaps.record(library_of(HERE), reply)

    assert (await stores.personal.summary(Subject(ANN, HERE))).gaps == 1
    await stores.personal.forget(Subject(ANN, HERE))
    assert [gap.question for gap in await gaps.gaps(library_of(HERE))] == ["who SWIMS"]
    await stores.personal.forget(Subject(BEN, HERE))
    assert await gaps.gaps(library_of(HERE)) == ()


async def test_their_questions_leave_the_conversations_that_others_went_on_with(
    stores: Stores,
) -> None:
    mine, others = (
        Turn("When did the bridge open?", "On Tuesday."),
        Turn("And the ferry?", "Sunday."),
    )
    answer = bridge_answer()
    later = replace(answer, question=Question("Why?", "q", history=(mine, others)))
    await stores.replies.record(answer, sending(ANN, channel=7))
    reply_id = await stores.replies.record(later, sending(BEN, channel=7))
    talk = Talk(HERE, 7)
    stores.conversations.remember(talk, (mine, others))

    await stores.personal.forget(Subject(ANN, HERE))

    kept = await stores.replies.find(reply_id, guild_id=HERE)
    assert kept is not None
    assert kept.reply.question.history == (others,)
    assert stores.conversations.turns(talk) == (others,)


async def test_what_is_handed_over_is_theirs_alone(database: Database, stores: Stores) -> None:
    await fill(database, HERE, ANN, BEN)
    mine = await stores.replies.record(bridge_answer(), sending(ANN, private=True))
    refused = refusal(Reason.NOTHING_FOUND, BRIDGE, asked="Secret of Ben?")
    theirs = await stores.replies.record(refused, sending(BEN))
    for reply_id, member, text in ((theirs, ANN, "Not so."), (mine, BEN, "Words of Ben.")):
        await stores.feedback.vote(
            reply_id,
            guild_id=HERE,
            member_id=member,
            helpful=False,
            reason=Complaint.WRONG,
            text=text,
        )

    await run(database, "UPDATE note SET author = ?", actor_of(BEN))
    await run(database, "UPDATE correction SET author_id = ?", str(BEN))
    export = await stores.personal.export(Subject(ANN, HERE))

    (question,) = export["questions"]
    assert question["question"] == "When did the bridge open?"
    assert question["private"] is True
    assert question["sources"][0]["quote"] == "The Tern Bridge opened again on Tuesday."
    assert [vote["text"] for vote in export["vote"]] == ["Not so."]
    assert [row["actor"] for row in export["audit"]] == [actor_of(ANN)]
    (decided,) = export["correction"]
    assert "text" not in decided
    assert [row["approved_by"] for row in export["note"]] == [actor_of(ANN)]
    assert decided["decided_by"] == str(ANN)
    written = json.dumps(export)
    assert "Ben" not in written
    assert actor_of(BEN) not in written


async def test_a_stranger_has_nothing(stores: Stores) -> None:
    await stores.replies.record(bridge_answer(), sending(ANN))
    assert (await stores.personal.summary(Subject(MO))).is_empty
    export = await stores.personal.export(Subject(MO))
    assert [value for value in export.values() if isinstance(value, list) and value] == []
