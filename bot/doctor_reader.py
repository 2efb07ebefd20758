"""Checks the web reader: whether it has a public address, and whether that leads to it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import httpx

from bot.checks import Check, State
from bot.settings import Settings

_NAME = "reader"
_OURS = "Footnote"


async def check_reader(settings: Settings, *, online: bool, seconds: float = 10.0) -> Check:
    """What the settings say of the reader; ``online``, also what answers at its address."""
    url = settings.reader_url
    if url is None:
        return Check(
            _NAME,
            State.OK,
            "It has no public address (FOOTNOTE_READER_URL): articles without a page of their "
            "own have no link.",
        )
    if online:
        return await _ask(url, settings.reader_listen, seconds)
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_local(parts.hostname or ""):
        return Check(
            _NAME,
            State.WARN,
            "FOOTNOTE_READER_URL does not begin with https://, so links can be read on their way.",
            "Let a proxy with a certificate hand requests on to FOOTNOTE_READER_LISTEN.",
        )
    if settings.reader_host not in {"localhost", "127.0.0.1", "::1"} and parts.scheme == "https":
        return Check(
            _NAME,
            State.OK,
            f"Links lead to {url}; other machines reach {settings.reader_listen} too.",
        )
    return Check(_NAME, State.OK, f"Links lead to {url}, served at {settings.reader_listen}.")


async def _ask(url: str, listen: str, seconds: float) -> Check:
    todo = f"Start footnote run or footnote reader, and let your proxy hand {url} on to {listen}."
    try:
        async with httpx.AsyncClient(timeout=seconds, follow_redirects=False) as client:
            response = await client.get(f"{url}/")
    except (httpx.HTTPError, ValueError) as error:
        message = f"{url} cannot be reached ({type(error).__name__})."
        return Check(_NAME, State.WARN, message, todo)
    # A proxy may put its own name in place of ours; the page has it in any case.
    if response.status_code != httpx.codes.OK or _OURS not in response.text:
        message = f"{url} answers with {response.status_code}, and not as the reader does."
        return Check(_NAME, State.WARN, message, todo)
    return Check(_NAME, State.OK, f"It answers at {url}.")


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
