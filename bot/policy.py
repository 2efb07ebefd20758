"""Who may do what where: pure decisions, each with the sentence to say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.contract import QUESTION_CHARACTERS


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody speaks to the bot. ``guild_id`` is None in direct messages.

    ``is_member`` says whether the bot itself was added to the server; an app that a
    person merely carries along is not.
    """

    guild_id: int | None
    is_member: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks; ``manages_server`` is what Discord says of their permissions there."""

    id: int
    manages_server: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the bot is, and how busy this person keeps it."""

    in_flight: int
    in_flight_limit: int
    of_person: int
    of_person_limit: int
    is_closing: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may be done; ``sentence`` is what to say if not."""

    allowed: bool
    sentence: str = ""


ALLOWED = Decision(allowed=True)
RESTARTING = "I am restarting, please ask again in a moment."
ONLY_IN_SERVERS = (
    "I answer in servers, from the articles of each server's own library. "
    "Ask me there with `/ask`, or mention me in a channel."
)
HELP = (
    "Ask me something about this server's articles: mention me with a question, or use `/ask`. "
    "Every sentence of my answers names its source."
)
_NOT_ADDED = "I am not a member of this server, so it has no library that I could answer from."
_NOT_MODERATOR = "Only people who may manage this server can change its library."
_BUSY = "I have my hands full right now. Please ask again in a minute."
_BUSY_FOR_YOU = "I am still working on what you asked before. Please wait for that answer first."


def may_ask(place: Place, person: Person) -> Decision:  # noqa: ARG001 - one shape for all decisions
    """Anybody may ask in a server that the bot was added to."""
    return _in_server(place)


def may_moderate(place: Place, person: Person) -> Decision:
    """Only who manages the server may change its library or look into it."""
    decision = _in_server(place)
    if not decision.allowed:
        return decision
    return ALLOWED if person.manages_server else _deny(_NOT_MODERATOR)


def check_question(text: str) -> Decision:
    """Whether a text is long and short enough to be a question."""
    shortest, longest = QUESTION_CHARACTERS
    length = len(text.strip())
    if length < shortest:
        return _deny(f"That is a bit short. Please ask in {shortest} characters or more.")
    if length > longest:
        return _deny(
            f"That is {length:,} characters long, and I read questions of up to {longest:,}. "
            "Please ask for one thing at a time."
        )
    return ALLOWED


def has_room(load: Load) -> Decision:
    """Whether one more question can be taken on."""
    if load.is_closing:
        return _deny(RESTARTING)
    if load.of_person >= load.of_person_limit:
        return _deny(_BUSY_FOR_YOU)
    return ALLOWED if load.in_flight < load.in_flight_limit else _deny(_BUSY)


def _in_server(place: Place) -> Decision:
    if place.guild_id is None:
        return _deny(ONLY_IN_SERVERS)
    return ALLOWED if place.is_member else _deny(_NOT_ADDED)


def _deny(sentence: str) -> Decision:
    return Decision(allowed=False, sentence=sentence)
