"""How a library is searched, set by its moderators."""

from __future__ import annotations

import pytest

from tests.fakes.discord_world import World, text_of


async def _set(world: World, **options: object) -> str:
    result = await world.moderator.slash(world.channel, "index recency", **options)
    assert result.ephemeral
    assert result.response is not None
    return text_of(result.response)


async def test_recency_is_shown_and_shown_changes_nothing(world: World) -> None:
    assert await _set(world) == "**Recency** is off: new and old articles count alike."
    assert world.service.calls == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [("Strong", "strong: what an article gains"), ("90", "90: what an article gains")],
)
async def test_a_moderator_sets_it(world: World, setting: str, told: str) -> None:
    assert f"**Recency is now** {told}" in await _set(world, setting=setting)

    call = world.service.calls[0]
    assert (call.name, call.given) == ("recency", (setting,))
    assert call.actor


async def test_what_is_no_setting_is_explained(world: World) -> None:
    assert "off, mild, strong, or a number of days" in await _set(world, setting="@everyone")
    assert str(world.service.preferred) == "off"
