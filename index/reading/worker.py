"""The reading process: takes documents on standard input, gives articles on standard output.

Started as ``python -m index.reading.worker CPU_SECONDS MEMORY_BYTES``. Parsers of
HTML, Markdown and YAML can be made to run for minutes or to crash by a small
hostile file; here the operating system ends that, and the bot lives on.
"""

from __future__ import annotations

import json
import math
import os
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from index.errors import SourceError
from index.reading.frames import pack_json, read_frame
from index.reading.listing import parse_listing
from index.reading.parsing import Document, parse_article

try:
    import resource
except ImportError:  # not on Windows; there only the time limit of the parent holds
    resource = None  # type: ignore[assignment]

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def main() -> None:
    """Serves until standard input ends."""
    cpu_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    _die_with_parent()
    _leave_out_numpy()
    _limit_memory(memory_bytes)
    requests, replies = sys.stdin.buffer, _private_stdout()
    while (head := read_frame(requests)) is not None:
        data = read_frame(requests)
        if data is None:
            return
        _allow_cpu(cpu_seconds)
        replies.write(pack_json(answer(json.loads(head), data)))
        replies.flush()


def answer(document: dict[str, Any], data: bytes) -> dict[str, Any]:
    """The article as plain values, or ``{"error": sentence}``.

    A request that holds ``listing`` asks for the entries of a feed or sitemap instead.
    """
    try:
        if "listing" in document:
            return asdict(parse_listing(data, **document["listing"]))
        return asdict(parse_article(data, Document(**document)))
    except SourceError as exc:
        return {"error": str(exc)}
    except (MemoryError, RecursionError):
        return {"error": "It is too large or too deeply nested to be read."}
    except Exception as exc:  # noqa: BLE001 - a parser's own fault on hostile input; the edge of this process
        return {"error": f"It could not be read ({type(exc).__name__})."}


def _private_stdout() -> BinaryIO:
    # A stray print of a library must not end up between the frames.
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def _die_with_parent() -> None:
    # The end of standard input ends an idle process; this ends a busy one.
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only there

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def _leave_out_numpy() -> None:
    # The extractor imports this where it is installed, for a filter that we do not use, and
    # numpy with it. That doubles the time of a start, and numpy reserves memory for each
    # processor: on a large machine more than this process may have.
    sys.modules["py3langid"] = None  # type: ignore[assignment]


def _limit_memory(memory_bytes: int) -> None:
    if resource is not None and sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _allow_cpu(seconds: int) -> None:
    """Lets the next document use ``seconds`` more; beyond them the process is killed."""
    if resource is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        used = math.ceil(usage.ru_utime + usage.ru_stime)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (used + seconds + 1, hard))


if __name__ == "__main__":
    main()
