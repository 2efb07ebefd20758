"""The licences of all packages: ``python -m tests.tools.licences`` writes docs/licences.md.

What a package says of itself is brought into one form, names of SPDX. A licence that is not on
the list of those that fit, or that a package does not state, has to be looked at by a person.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from tests.tools.locks import read_lock, same_name

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
ALLOWED = frozenset(
    """0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC MIT MIT-0 MIT-CMU MPL-2.0
    PSF-2.0 Unlicense Zlib AFL-2.1""".split()
)
"""Licences that ask for no more than their text and the names of their authors, and MPL-2.0, which
asks for the source of its own files, when those are changed."""
_BY_CLASSIFIER = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Academic Free License (AFL)": "AFL-2.1",
    "The Unlicense (Unlicense)": "Unlicense",
}
_BY_TEXT = {
    "Apache License, Version 2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}
# Looked up by hand: what is installed elsewhere only, or does not state its licence in full.
_LOOKED_UP: Mapping[str, str] = {
    "audioop-lts": "PSF-2.0",
    "cobble": "BSD-2-Clause",
    "colorama": "BSD-3-Clause",
    "contourpy": "BSD-3-Clause",
    "cronsim": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "grimp": "BSD-2-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "import-linter": "BSD-2-Clause",
    "jinja2": "BSD-3-Clause",
    "justext": "BSD-2-Clause",
    "kiwisolver": "BSD-3-Clause",
    "nest-asyncio": "BSD-2-Clause",
    "pyasn1-modules": "BSD-2-Clause",
}
# What is used although it is not on the list, and why that is right.
EXCEPTIONS = {
    "psycopg": "LGPL-3.0-only: an optional extra (postgres), used as it is and never changed or "
    "copied into Footnote; who hands it on hands on its source",
    "psycopg-binary": "LGPL-3.0-only: as psycopg",
    "tld": "MPL-1.1, of the three that it offers: comes with trafilatura, used as it is",
}
_HEAD = """\
# Licences of what Footnote uses

Footnote itself is under the MIT licence. This page is written by `make licences` from what the
packages of `requirements-dev.lock` say of themselves; a test compares it with the lock files and
with what is installed. "Used for" is *running* for what every installation has, *extras and tests*
for language models of providers, PostgreSQL, traces, and the tools of whoever works on Footnote.

"""


def write_page() -> str:
    """The page, as it should be."""
    running = {same_name(each.name) for each in read_lock(ROOT / "requirements.lock")}
    licences = installed_licences() | dict(_LOOKED_UP)
    lines = ["| Package | Version | Licence | Used for |", "| --- | --- | --- | --- |"]
    for name, versions in locked_versions().items():
        use = "running" if name in running else "extras and tests"
        lines.append(f"| {name} | {versions} | {licences.get(name, '?')} | {use} |")
    exceptions = [f"- **{name}**: {why}." for name, why in EXCEPTIONS.items()]
    tail = "\n\nExceptions, each with its reason:\n\n" + "\n".join(exceptions)
    return _HEAD + "\n".join(lines) + tail + "\n"


def locked_versions() -> dict[str, str]:
    """The packages of the larger lock file by name, with their versions, in order."""
    found: dict[str, list[str]] = {}
    for each in read_lock(ROOT / "requirements-dev.lock"):
        found.setdefault(same_name(each.name), []).append(each.version)
    return {name: ", ".join(versions) for name, versions in sorted(found.items())}


def installed_licences() -> dict[str, str]:
    """The licences of what is installed here and locked, by name; "" where none is stated."""
    locked = set(locked_versions())
    named = ((same_name(each.metadata["Name"]), each) for each in distributions())
    return {
        name: _LOOKED_UP.get(name) or licence_of(each) for name, each in named if name in locked
    }


def licence_of(package: Distribution) -> str:
    """The licence that a package states, as an expression of SPDX; "" where that is not clear."""
    fields = package.metadata
    stated = (fields["License-Expression"] or "").strip() if "License-Expression" in fields else ""
    if stated:
        return stated
    classifiers = [c.rpartition(" :: ")[2] for c in fields.get_all("Classifier") or [] if
                   c.startswith("License :: ")]  # fmt: skip
    known = [_BY_CLASSIFIER[each] for each in classifiers if each in _BY_CLASSIFIER]
    if known:
        return " OR ".join(sorted(set(known)))
    text = fields["License"].strip().split("\n")[0] if "License" in fields else ""
    return _BY_TEXT.get(text, text if is_allowed(text) else "")


def is_allowed(expression: str) -> bool:
    """Whether a licence fits: of alternatives one must, of what holds together all."""
    return bool(expression) and _fits(re.findall(r"[\w.+-]+|[()]", expression))


def _fits(words: list[str]) -> bool:
    """Reads ``a AND (b OR c)``; ``AND`` binds closer."""
    alternatives, result = [], True
    while words and words[0] != ")":
        word = words.pop(0)
        if word == "OR":
            alternatives.append(result)
            result = True
        elif word == "(":
            result = _fits(words) and result
            words[:1] = []
        elif word != "AND":
            result = word in ALLOWED and result
    return any([*alternatives, result])


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
