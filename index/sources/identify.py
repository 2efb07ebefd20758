"""Says what a target on the command line or in a chat is."""

from __future__ import annotations

import re
from pathlib import Path

from index.errors import SourceError
from index.models import Source, SourceKind
from index.reading.cleaning import clean_line, clean_url
from index.reading.kinds import SUPPORTED_FILES, is_supported

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_SHOWN = 200


def identify(target: str) -> Source:
    """The source a path or an http(s) address names; paths become absolute.

    Raises:
        SourceError: nothing is there, or it is nothing that is read.
    """
    target = target.strip()
    shown = clean_line(target, _SHOWN)
    if scheme := _SCHEME.match(target):
        return Source(SourceKind.PAGE, _page_address(target, scheme[1].lower(), shown))
    path = _resolve(target, shown)
    if path.is_dir():
        return Source(SourceKind.FOLDER, str(path))
    if not path.is_file():
        raise SourceError(f"This is neither a file nor a folder: {shown}")
    if is_jsonl(path.name):
        return Source(SourceKind.JSONL, str(path))
    if not is_supported(path.name):
        raise SourceError(f"{shown}: this type of file is not read. {SUPPORTED_FILES}")
    return Source(SourceKind.FILE, str(path))


def is_jsonl(name: str) -> bool:
    """Whether a file of this name holds many articles, one a line."""
    return name.lower().endswith((".jsonl", ".jsonl.gz"))


def _page_address(target: str, scheme: str, shown: str) -> str:
    if scheme not in {"http", "https"}:
        raise SourceError(f"Only http and https addresses are read: {shown}")
    address = clean_url(scheme + target[len(scheme) :].partition("#")[0])
    if address is None:
        raise SourceError(f"This is not an address of a public page: {shown}")
    return address


def _resolve(target: str, shown: str) -> Path:
    try:
        path = Path(target).resolve()
        # A name that is not UTF-8 could not be stored and found again.
        str(path).encode()
        exists = bool(target) and path.exists()
    except (OSError, ValueError, RuntimeError):
        exists = False
    if not exists:
        raise SourceError(f"No such file or folder: {shown}")
    return path
