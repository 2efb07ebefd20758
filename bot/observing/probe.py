"""``python -m bot.observing.probe``: asks a running bot how it is; for containers' health checks.

It needs no curl, and nothing but the standard library, so that it costs next to nothing. The
exit code is 0 where the answer is 200, else 1. Asked is /health at FOOTNOTE_HEALTH_LISTEN, or the
address or the path (/ready) that is given.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_SECONDS = 4.0
_MOST_BYTES = 4_096
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - not listened on


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Ask, print what was answered in a line, and give the exit code."""
    given = arguments[0] if arguments else "/health"
    try:
        status, said = ask_health(given, environment.get("FOOTNOTE_HEALTH_LISTEN", ""))
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.stderr.write(f"no answer: {error}\n")
        return 1
    sys.stdout.write(f"{status} {said}\n")
    return 0 if status == http.client.OK else 1


def ask_health(given: str, listen: str) -> tuple[int, str]:
    """The status and the text that an address, or a path where ``listen`` says, answers with.

    It blocks, for a few seconds at most.

    Raises:
        OSError, http.client.HTTPException: nobody answers there.
        ValueError: that is no address.
    """
    return _ask(_address(given, listen))


def _address(given: str, listen: str) -> tuple[str, int, str]:
    """Host, port and path of what to ask."""
    if given.startswith("/"):
        if not listen:
            raise ValueError("FOOTNOTE_HEALTH_LISTEN is not set; nothing listens")
        given = f"http://{listen}{given}"
    parts = urlsplit(given)
    if parts.scheme != "http" or parts.port is None:
        raise ValueError("give an address such as http://127.0.0.1:8361/ready, or a path")
    host = parts.hostname or ""
    return _ANY.get(host, host), parts.port, parts.path or "/health"


def _ask(address: tuple[str, int, str]) -> tuple[int, str]:
    host, port, path = address
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(_MOST_BYTES).decode("utf-8", "replace")
        return response.status, " ".join(body.split())
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
