"""What a browser says it has, unpacks and speaks, read from its headers. Pure."""

from __future__ import annotations

from aiohttp import web

from bot.speech import SOURCE, read_locale


def read_known_tags(request: web.Request) -> set[str]:
    """The tags of what the browser has, packed or not."""
    try:
        return {known.value.removesuffix("-gzip") for known in request.if_none_match or ()}
    except ValueError:
        return set()


def takes_gzip(request: web.Request) -> bool:
    """Whether the browser unpacks gzip; ``gzip;q=0`` says no."""
    for offered in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = offered.partition(";")
        if name.strip() == "gzip":
            return _weight(weight) > 0
    return False


def choose_language(request: web.Request) -> str:
    """The first of the browser's languages that we speak, by its weights."""
    wanted = []
    for place, offered in enumerate(request.headers.get("Accept-Language", "").split(",")[:20]):
        locale, _, weight = offered.partition(";")
        wanted.append((-_weight(weight), place, locale.strip().lower()))
    for weight_, _, locale in sorted(wanted):
        language = read_locale(locale)
        if weight_ < 0 and (language != SOURCE or locale.startswith(SOURCE)):
            return language
    return SOURCE


def _weight(written: str) -> float:
    try:
        return float(written.strip().removeprefix("q=")) if written.strip() else 1.0
    except ValueError:
        return 0.0
