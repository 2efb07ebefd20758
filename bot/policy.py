"""Who may do what where: pure decisions, each with the sentence to say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from bot.contract import QUESTION_CHARACTERS
from bot.speech import mark, tr, tr_n
from bot.state.servers import DEFAULT, ServerSettings


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody speaks to the bot. ``guild_id`` is None in direct messages.

    ``is_member`` says whether the bot itself was added to the server; an app that a
    person merely carries along is not. ``channel_ids`` are the channel, the one its thread
    belongs to, and their category, as far as they are known. ``any_channel`` says
    that the channels where people may ask do not count: a member asks the server in private
    messages, or moderators chose the channel for answers that come by themselves.
    """

    guild_id: int | None
    is_member: bool = True
    channel_ids: tuple[int, ...] = ()
    any_channel: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks; ``manages_server`` is what Discord says of their permissions there.

    ``role_ids`` are the roles they have at this moment.
    """

    id: int
    manages_server: bool = False
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the bot is, and how busy this person keeps it.

    Attributes:
        in_flight: How much is worked on besides questions, or waits for it.
        in_flight_limit: How much of it there may be.
        of_person: How much of all is for this person.
        of_person_limit: How much of it there may be.
        is_closing: Whether nothing more is taken in.
        again_at: When this person may ask the next question; None: now.
        is_full: Whether no more questions of this server can wait.
        waiting: How many questions wait.
    """

    in_flight: int
    in_flight_limit: int
    of_person: int
    of_person_limit: int
    is_closing: bool = False
    again_at: datetime | None = None
    is_full: bool = False
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may be done; if not, ``sentence`` is what to say, ``why`` a word for metrics."""

    allowed: bool
    sentence: str = ""
    why: str = ""


ALLOWED = Decision(allowed=True)
RESTARTING = mark("I am restarting, please ask again in a moment.")
ONLY_IN_SERVERS = mark(
    "I answer in servers, from the articles of each server's own library. "
    "Ask me there with `/ask`, or mention me in a channel."
)
HELP = mark(
    "Ask me something about this server's articles: mention me with a question, or use `/ask`. "
    "Every sentence of my answers names its source."
)
_NOT_ADDED = mark(
    "I am not a member of this server, so it has no library that I could answer from."
)
_NOT_MODERATOR = mark("Only people who may manage this server can change its library.")
_NOT_ASKER = mark("In this server only people with certain roles may ask me.")
_NOT_THIS_CHANNEL = mark("I answer in other channels of this server: {channels}")
_CHANNELS_NAMED = 5
_BUSY = mark("I have my hands full right now. Please ask again in a minute.")
_NOT_SO_FAST = mark("This server asks for a pause between questions. You can ask again {time}.")
_BUSY_FOR_YOU = mark(
    "I am still working on what you asked before. Please wait for that answer first."
)


def may_ask(place: Place, person: Person, rules: ServerSettings = DEFAULT) -> Decision:
    """Whoever the server lets ask, where it lets the bot answer; moderators always."""
    decision = _in_server(place)
    if not decision.allowed or may_moderate(place, person, rules).allowed:
        return decision
    if rules.ask_roles and person.role_ids.isdisjoint(rules.ask_roles):
        return _deny(tr(_NOT_ASKER))
    if place.any_channel:
        return decision
    if rules.ask_channels and not set(rules.ask_channels).intersection(place.channel_ids):
        channels = " ".join(f"<#{channel}>" for channel in rules.ask_channels[:_CHANNELS_NAMED])
        return _deny(tr(_NOT_THIS_CHANNEL, channels=channels))
    return decision


def may_moderate(place: Place, person: Person, rules: ServerSettings = DEFAULT) -> Decision:
    """Who manages the server, or has a role that it named for this."""
    decision = _in_server(place)
    if not decision.allowed:
        return decision
    named = not person.role_ids.isdisjoint(rules.moderator_roles)
    return ALLOWED if person.manages_server or named else _deny(tr(_NOT_MODERATOR))


def check_question(text: str) -> Decision:
    """Whether a text is long and short enough to be a question."""
    shortest, longest = QUESTION_CHARACTERS
    length = len(text.strip())
    if length < shortest:
        return _deny(
            tr_n(
                "That is a bit short. Please ask in {count} character or more.",
                "That is a bit short. Please ask in {count} characters or more.",
                shortest,
            )
        )
    if length > longest:
        return _deny(
            tr(
                "That is {length} characters long, and I read questions of up to {longest}. "
                "Please ask for one thing at a time.",
                length=f"{length:,}",
                longest=f"{longest:,}",
            )
        )
    return ALLOWED


def has_room(load: Load) -> Decision:
    """Whether one more question can be taken on."""
    if load.is_closing:
        return _deny(tr(RESTARTING), "closing")
    if load.of_person >= load.of_person_limit:
        return _deny(tr(_BUSY_FOR_YOU), "person")
    if load.again_at is not None:
        # Discord counts whole seconds: one too early would be refused again.
        again_at = math.ceil(load.again_at.timestamp())
        return _deny(tr(_NOT_SO_FAST, time=f"<t:{again_at}:R>"), "cooldown")
    if load.is_full:
        return _deny(
            tr_n(
                "My queue is full: about {count} question waits. Please try again in a minute.",
                "My queue is full: about {count} questions wait. Please try again in a minute.",
                load.waiting,
            ),
            "full",
        )
    return ALLOWED if load.in_flight < load.in_flight_limit else _deny(tr(_BUSY), "busy")


def _in_server(place: Place) -> Decision:
    if place.guild_id is None:
        return _deny(tr(ONLY_IN_SERVERS))
    return ALLOWED if place.is_member else _deny(tr(_NOT_ADDED))


def _deny(sentence: str, why: str = "") -> Decision:
    return Decision(allowed=False, sentence=sentence, why=why)
