"""``/articles`` and ``/audit``: browsing what there is, and who did what."""

from __future__ import annotations

from dataclasses import replace

from index.models import Article
from index.records import AuditEntry
from tests.fakes.discord_plans import HOSTILE
from tests.fakes.discord_samples import BRIDGE, LIBRARY
from tests.fakes.discord_world import World, text_of, use_as_outsider

AT = "2031-06-10T12:00:00+00:00"


def many(count: int) -> tuple[Article, ...]:
    return tuple(
        replace(BRIDGE, id=f"article-{n}", title=f"Article {n}") for n in range(1, count + 1)
    )


async def test_articles_are_listed_and_one_is_looked_at(world: World) -> None:
    await world.asker.slash(world.channel, "ask", question="When did it open?")
    await world.asker.slash(world.channel, "ask", question="When did it open?", private=True)
    listed = await world.moderator.slash(world.channel, "articles")
    assert listed.ephemeral
    assert listed.response is not None
    assert "2 articles" in text_of(listed.response)
    await world.moderator.select(listed.response, [BRIDGE.id])

    text = text_of(listed.response)
    assert f"**{BRIDGE.title}**" in text
    assert "Published: 10 June 2031" in text
    assert "Publisher: The Gullmarrow Lantern" in text
    assert "From: bridge.md" in text
    assert "1 version: <t:" in text
    assert "Cited by 2 answers (1 of them private)" in text
    assert text.count("When did the bridge open?") == 1
    assert f"discord.com/channels/{world.guild.id}/{world.channel.id}/" in text
    assert "`/index supersede` labels this one." in text


async def test_it_is_read_and_taken_out_only_after_a_question(world: World) -> None:
    listed = await world.moderator.slash(world.channel, "articles", search=BRIDGE.id)
    assert listed.response is not None
    await world.moderator.click(listed.response, label="Read")
    assert "> The repair took nine weeks" in text_of(listed.response)
    await world.moderator.click(listed.response, label="Back")
    await world.moderator.click(listed.response, label="Take it out …")
    assert "Take 1 article out of the answers?" in text_of(listed.response)
    assert world.service.called == []
    await world.moderator.click(listed.response, label="Take it out")
    assert world.service.called == ["remove"]


async def test_pages_and_searches_go_on_after_a_restart(world: World) -> None:
    world.service.held = many(20)
    listed = await world.moderator.slash(world.channel, "articles", search="Article 1")
    assert listed.response is not None
    assert "11 articles" in text_of(listed.response)
    await world.env.restart_bot(world.make_bot())
    await world.moderator.click(listed.response, label="Older")

    text = text_of(listed.response)
    assert "Page 2 of 2" in text
    assert "with “Article 1” in the title or id" in text
    assert text.count("**Article 1") == 3
    form = await world.moderator.click(listed.response, label="Search …")
    await world.moderator.submit_modal(form, {"text": "nowhere"})
    assert "Nothing fits that" in text_of(listed.response)


async def test_typing_offers_articles(world: World) -> None:
    found = await world.moderator.autocomplete(world.channel, "articles", "search", "reading")

    assert [each["value"] for each in found] == [LIBRARY.id]


async def test_others_may_not_browse(world: World) -> None:
    for name in ("articles", "audit"):
        said = await use_as_outsider(world, name)
        assert "Only people who may manage this server" in text_of(said)


async def test_hostile_articles_neither_ping_nor_break_the_layout(world: World) -> None:
    world.service.held = tuple(
        replace(BRIDGE, id=f"x{n}", title=HOSTILE, publisher=HOSTILE, text=HOSTILE * 20)
        for n in range(8)
    )
    world.service.articles = {each.id: each.title for each in world.service.held}
    listed = await world.moderator.slash(world.channel, "articles")
    assert listed.response is not None
    shown = [text_of(listed.response)]
    await world.moderator.select(listed.response, ["x0"])
    shown.append(text_of(listed.response))
    await world.moderator.click(listed.response, label="Read")
    shown.append(text_of(listed.response))

    for text in shown:
        assert "](https://evil.example" not in text
        assert "\u202e" not in text


async def test_the_audit_is_paged_and_filtered(world: World) -> None:
    actor = f"discord:{world.moderator.id}"
    world.service.page_entries = (
        *(AuditEntry(AT, actor, "sync", f"sync number {n}", "", n) for n in range(9)),
        AuditEntry(AT, actor, "note", "Moderator note on “Bridge”", "I was *there*."),
    )
    shown = await world.moderator.slash(world.channel, "audit")
    assert shown.response is not None
    assert "Page 1 of 2" in text_of(shown.response)
    assert "· mo" in text_of(shown.response)
    await world.moderator.click(shown.response, label="Older")
    assert "sync number 8" in text_of(shown.response)
    assert "Reason: I was \\*there\\*." in text_of(shown.response)

    await world.moderator.select(shown.response, ["note"])
    text = text_of(shown.response)
    assert "only: note" in text
    assert "sync number" not in text


async def test_the_longest_entries_fit_a_card(world: World) -> None:
    long = AuditEntry(AT, "x" * 300, "*" * 100, HOSTILE * 20, HOSTILE * 20, 10**9)
    world.service.page_entries = (long,) * 8
    shown = await world.moderator.slash(world.channel, "audit")

    assert "Who did what" in text_of(shown.response)
    assert "@everyone" not in text_of(shown.response)
