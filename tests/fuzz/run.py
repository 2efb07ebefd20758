"""Fuzzes one target for some time: ``python -m tests.fuzz.run read_html --seconds 600``.

By default with atheris (coverage-guided; install it beside the project's own requirements), or
with ``--engine hypothesis``. What fails is written to ``tests/fuzz/seeds/TARGET/``, where a test
replays it from then on; keep it there once the code is mended.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.target import Target

SEEDS = Path(__file__).parent / "seeds"
_UNIT_SECONDS = 60
_MEGABYTES = 3_000


def main() -> None:
    """Fuzz what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), default="atheris")
    parser.add_argument("--out", type=Path, default=SEEDS, help="the folder of the seeds")
    given = parser.parse_args()
    run = _run_atheris if given.engine == "atheris" else _run_hypothesis
    run(given.target, given.seconds, given.out / given.target)


def _run_atheris(name: str, seconds: int, folder: Path) -> None:
    """Runs until the time is over; a failure is kept, told, and ends the process."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - no part of the project's environment

    with atheris.instrument_imports(include=["bot", "index", "prompts"]):
        target = _find(name)
    corpus = Path(tempfile.mkdtemp(prefix="footnote-fuzz-"))
    seeds = folder.iterdir() if folder.is_dir() else ()
    for number, sample in enumerate([*target.samples, *(seed.read_bytes() for seed in seeds)]):
        (corpus / f"sample-{number}").write_bytes(sample)
    words = corpus.with_suffix(".dict")
    words.write_text("".join(f'"{_quote(word)}"\n' for word in target.words))

    def check(data: bytes) -> None:
        try:
            target.check(data)
        except BaseException as error:
            _keep(folder, data, error)
            raise

    options = [f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-dict={words}"]
    # What kills the process, such as a hang, is written beside the corpus.
    options += [f"-timeout={_UNIT_SECONDS}", f"-rss_limit_mb={_MEGABYTES}", "-print_final_stats=1"]
    options += [f"-artifact_prefix={corpus}/", "-len_control=20", "-reload=0", str(corpus)]
    atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()


def _run_hypothesis(name: str, seconds: int, folder: Path) -> None:
    """Draws inputs until the time is over or one fails, which is then made small and kept."""
    from hypothesis import HealthCheck, Phase, given, settings  # noqa: PLC0415 - slow to import

    from tests.fuzz.inputs import inputs_of  # noqa: PLC0415 - the same

    target, until, count = _find(name), time.monotonic() + seconds, 0
    failed: list[tuple[bytes, BaseException]] = []

    @settings(
        deadline=None, max_examples=500, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(inputs_of(target))
    def check(data: bytes) -> None:
        nonlocal count
        count += 1
        try:
            target.check(data)
        except Exception as error:
            failed.append((data, error))
            raise

    while time.monotonic() < until:
        try:
            check()
        except Exception:
            _keep(folder, *failed[-1])
            raise
    sys.stdout.write(f"{name}: {count} inputs, no failure\n")


def _find(name: str) -> Target:
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - atheris has to see it imported

    if name not in TARGETS:
        sys.exit(f"There is no target {name!r}. There are: {', '.join(sorted(TARGETS))}.")
    return TARGETS[name]


def _keep(folder: Path, data: bytes, error: BaseException) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    traceback.print_exception(error)
    sys.stderr.write(f"kept in {path}\n")


def _quote(word: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and b not in b'\\"' else f"\\x{b:02x}" for b in word)


if __name__ == "__main__":
    main()
