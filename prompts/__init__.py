"""The words a language model reads, as files, with checked variables.

A prompt is a Markdown file beside this one. An operator may put a file of the
same name into a folder of their own; it then takes the place of ours. Each
prompt declares its variables in ``PROMPTS``, and a file that asks for another
one, or forgets one, is refused when it is loaded, not when somebody asks.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from prompts.errors import PromptError

__all__ = [
    "MAX_CHARACTERS",
    "NO_ANSWER",
    "PROMPTS",
    "PromptError",
    "Template",
    "load",
    "load_all",
    "pick_fence",
]

PROMPTS: Mapping[str, frozenset[str]] = {
    # question: one line; evidence: titles, and lines "[id] (date) sentence"; fence: see pick_fence;
    # form: one of the two below.
    "answer": frozenset({"question", "evidence", "fence", "form"}),
    # no_answer: what the model writes, alone, when the evidence does not answer.
    "answer_lines": frozenset({"no_answer"}),
    "answer_json": frozenset(),
    # history: lines "Question: ..." and "Answer: ..."; question: the last one, one line.
    "rewrite": frozenset({"question", "history", "fence"}),
}
"""Every prompt there is, with the variables its file must use, all of them and no others."""

NO_ANSWER = "NO_ANSWER"
"""The reply that means "the evidence does not answer this"."""

MAX_CHARACTERS = 20_000
"""A longer template is a mistake: it would leave a small model no room for evidence."""

_MAX_BYTES = 4 * MAX_CHARACTERS + 3  # no character takes more in UTF-8; 3 for a byte order mark


@dataclass(frozen=True, slots=True)
class Template:
    """A checked prompt. Made by ``load``; ``file`` is what errors call it."""

    file: str
    text: str
    variables: frozenset[str]

    def render(self, **values: str) -> str:
        """The prompt with every variable filled in; values are inserted as they are.

        Raises:
            PromptError: a variable is missing, is not known, or is not text.
        """
        for name in sorted(self.variables - values.keys()):
            raise PromptError(self.file, f"${name} was given no value.", variable=name)
        for name, value in sorted(values.items()):
            if name not in self.variables:
                raise PromptError(self.file, f"there is no ${name} to fill in.", variable=name)
            if not isinstance(value, str):
                kind = type(value).__name__
                raise PromptError(self.file, f"${name} must be text, not {kind}.", variable=name)
        return string.Template(self.text).substitute(values)


def load(name: str, *, folder: Path | None = None) -> Template:
    """The prompt of that name: the file in ``folder`` if it is there, else our own.

    Raises:
        PromptError: no such prompt or folder, or a file that is unreadable, empty,
            too long, not UTF-8, or at odds with the variables the prompt declares.
    """
    if name not in PROMPTS:
        raise PromptError(f"{name}.md", f"there is no such prompt; known: {', '.join(PROMPTS)}.")
    source: Traversable = resources.files(__name__) / f"{name}.md"
    file = f"{name}.md (built in)"
    if folder is not None:
        own = _own_file(name, folder)
        if own is not None:
            source, file = own, str(own)
    template = Template(file, _read(source, file), PROMPTS[name])
    _check_variables(template)
    return template


def load_all(*, folder: Path | None = None) -> dict[str, Template]:
    """Every prompt by name, so that a mistake shows at start and not at the first question.

    Raises:
        PromptError: as ``load``; also for a Markdown file in ``folder`` that has no
            prompt's name, which would otherwise be passed over in silence.
    """
    templates = {name: load(name, folder=folder) for name in PROMPTS}
    if folder is not None:
        for path in sorted(folder.glob("*.md")):
            if path.stem not in PROMPTS:
                known = ", ".join(f"{name}.md" for name in PROMPTS)
                raise PromptError(str(path), f"no prompt has this name; known: {known}.")
    return templates


def pick_fence(*texts: str) -> str:
    """A word that marks where data begins and ends, and that stands in none of ``texts``.

    It is derived from the texts, so equal questions give equal prompts, and
    whoever wrote an article cannot close the fence from inside it.
    """
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return f"data-{digest.hexdigest()[:16]}"


def _own_file(name: str, folder: Path) -> Path | None:
    """The operator's file for a prompt, or None where the folder has none."""
    if not folder.is_dir():
        raise PromptError(str(folder), "this folder of prompts does not exist.")
    path = folder / f"{name}.md"
    return path if path.exists() or path.is_symlink() else None


def _read(source: Traversable, file: str) -> str:
    try:
        with source.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as exc:
        raise PromptError(file, f"the file cannot be read ({exc.strerror or exc}).") from exc
    except UnicodeDecodeError as exc:
        # A file cut off at the limit may end inside a character; its length is the fault then.
        if len(data) <= _MAX_BYTES:
            raise PromptError(file, f"not UTF-8 at byte {exc.start}; save it as UTF-8.") from exc
        text = ""
    if len(data) > _MAX_BYTES or len(text) > MAX_CHARACTERS:
        raise PromptError(file, f"longer than {MAX_CHARACTERS:,} characters; shorten it.")
    if not text.strip():
        raise PromptError(file, "the file is empty; delete it to use the built-in prompt.")
    return text.strip()


def _check_variables(template: Template) -> None:
    parsed = string.Template(template.text)
    if not parsed.is_valid():
        raise PromptError(template.file, "a lone $ names no variable; write $$ for a dollar sign.")
    used = set(parsed.get_identifiers())
    known = ", ".join(f"${name}" for name in sorted(template.variables))
    for name in sorted(used - template.variables):
        message = f"${name} is not a variable of this prompt; it has {known}."
        raise PromptError(template.file, message, variable=name)
    for name in sorted(template.variables - used):
        message = f"${name} is missing; this prompt must use {known}."
        raise PromptError(template.file, message, variable=name)
