"""Where an owner listens: a Unix socket in the data folder, or beside it when that cannot be."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
from pathlib import Path

_NAME = "footnote.sock"
_FALLBACK_PREFIX = "footnote-"
# 104 bytes on macOS, 108 on Linux, one of them for the closing NUL.
_LONGEST_PATH = 103


def open_socket(folder: Path) -> tuple[socket.socket, Path]:
    """A listening socket that only this user can connect to, and its path.

    Only the holder of the folder's lock may call this: it removes what is left of
    an owner that was killed. A path too long for a socket, or a file system without
    sockets, leads to a private folder among the temporary files.
    """
    path = folder / _NAME
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            return _bind(path), path
    path = Path(tempfile.mkdtemp(prefix=_FALLBACK_PREFIX)) / _NAME
    return _bind(path), path


def remove_socket(path: Path) -> None:
    """Remove a socket that nobody listens on, with its temporary folder if it has one."""
    if path.name != _NAME:
        return
    parent = path.parent
    if parent.name.startswith(_FALLBACK_PREFIX) and parent.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(parent, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _bind(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        # Nobody can connect before listen(), so the mode is right from the first client on.
        path.chmod(0o600)
        listener.listen(128)
        listener.settimeout(0)
    except BaseException:
        listener.close()
        path.unlink(missing_ok=True)
        raise
    return listener
