"""Names in histories: asked of Discord once, and again where it had a bad moment."""

from __future__ import annotations

from index.records import AuditEntry
from tests.fakes.discord_world import World, text_of


async def _audit(world: World, actor: str) -> str:
    world.service.entries = (AuditEntry("2031-06-10T12:00:00+00:00", actor, "sync", "", "", 4),)
    return text_of((await world.moderator.slash(world.channel, "index audit")).response)


def _asked(world: World) -> int:
    requests = world.env.http_requests
    return sum(r.method == "GET" and "/members/" in r.path for r in requests)


async def test_a_name_that_could_not_be_had_is_asked_for_again(world: World) -> None:
    kit = world.guild.add_member(world.env.create_user("kit"))
    world.env.inject_error("GET", "/guilds/*/members/*", status=403, code=50001)

    assert f"member {kit.id}" in await _audit(world, f"discord:{kit.id}")
    assert "kit" in await _audit(world, f"discord:{kit.id}")


async def test_a_name_and_that_somebody_left_are_asked_for_once(world: World) -> None:
    kit = world.guild.add_member(world.env.create_user("kit"))
    for _ in range(2):
        assert "kit" in await _audit(world, f"discord:{kit.id}")
        assert "member 4711" in await _audit(world, "discord:4711")

    assert _asked(world) == 2
