"""Asks Discord about the token and the intents."""

from __future__ import annotations

from typing import Any

import httpx

from bot.checks import Check, State
from bot.settings import Settings

DISCORD_API = "https://discord.com/api/v10"
_UNAUTHORIZED = 401
# View Channels, Send Messages, Send Messages in Threads and Read Message History.
_PERMISSIONS = 274877975552
# Bits of an application's flags: an intent that was approved, and one for small bots.
_MESSAGE_CONTENT = "message content"
_PRIVILEGED = {
    "presence": (1 << 12) | (1 << 13),
    "server members": (1 << 14) | (1 << 15),
    _MESSAGE_CONTENT: (1 << 18) | (1 << 19),
}


async def check_discord(settings: Settings, *, seconds: float = 10.0) -> list[Check]:
    """Who the token belongs to, and which privileged intents are on."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bot {token}"}, timeout=seconds, follow_redirects=False
    ) as client:
        base = settings.discord_api or DISCORD_API
        try:
            user = await _get(client, f"{base}/users/@me")
            application = await _get(client, f"{base}/applications/@me")
        except httpx.HTTPStatusError as error:
            return [_describe_refusal(error.response.status_code)]
        except (httpx.HTTPError, ValueError) as error:
            return [
                Check(
                    "discord",
                    State.WARN,
                    f"Discord cannot be reached ({type(error).__name__}).",
                    "Check the network, or try again later.",
                )
            ]
    name = str(user.get("username", "unknown"))
    return [
        Check(
            "discord",
            State.OK,
            f"Discord knows the token; the bot is called {name}.",
            _invite(application),
        ),
        _describe_intents(application, reads_content=settings.message_content),
    ]


async def _get(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    response = await client.get(url)
    response.raise_for_status()
    answer = response.json()
    if not isinstance(answer, dict):
        raise httpx.DecodingError("the answer is no JSON object")
    return answer


def _invite(application: dict[str, Any]) -> str:
    """How to get the bot into a server; "" where Discord gives no id."""
    number = str(application.get("id", ""))
    if not (number.isascii() and number.isdecimal()):
        return ""
    return (
        f"Invite it: https://discord.com/oauth2/authorize?client_id={number}"
        f"&scope=bot+applications.commands&permissions={_PERMISSIONS}"
    )


def _describe_refusal(status: int) -> Check:
    if status == _UNAUTHORIZED:
        return Check(
            "discord",
            State.FAIL,
            "Discord refuses the token.",
            "Reset it on the Bot page of your application and set DISCORD_TOKEN anew.",
        )
    return Check(
        "discord", State.WARN, f"Discord answers with status {status}.", "Try again later."
    )


def _describe_intents(application: dict[str, Any], *, reads_content: bool) -> Check:
    flags = application.get("flags", 0)
    on = [name for name, bits in _PRIVILEGED.items() if isinstance(flags, int) and flags & bits]
    if reads_content and _MESSAGE_CONTENT not in on:
        return Check(
            "intents",
            State.FAIL,
            "FOOTNOTE_MESSAGE_CONTENT asks for the message content intent, and it is off.",
            "Switch it on on the Bot page of your application, or take the setting out.",
        )
    unneeded = [name for name in on if not reads_content or name != _MESSAGE_CONTENT]
    if unneeded:
        return Check(
            "intents",
            State.OK,
            f"On, though not needed: {', '.join(unneeded)}.",
            "You may switch them off on the Bot page.",
        )
    if reads_content:
        return Check("intents", State.OK, "The message content intent is on, as it is set.")
    return Check("intents", State.OK, "No privileged intent is on, and none is needed.")
