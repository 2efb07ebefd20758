"""What can be set in a server: each setting with its name, its meaning and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.rendering.actions import CHOICES_LIMIT, ChannelSort
from bot.speech import mark
from bot.state.server_changes import Value
from bot.state.servers import ServerSettings
from index.recency import Recency


class Kind(Enum):
    """How a setting is given."""

    CHANNELS = auto()
    CHANNEL = auto()
    ROLES = auto()
    SWITCH = auto()
    WORD = auto()
    NUMBER = auto()


class Right(Enum):
    """What the bot needs to be allowed in a channel, by Discord's name."""

    VIEW = mark("View Channel")
    SEND = mark("Send Messages")
    SEND_IN_THREADS = mark("Send Messages in Threads")
    HISTORY = mark("Read Message History")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that moderators can set.

    Attributes:
        key: The name under which it is kept.
        title: What it is called.
        meaning: What it does.
        kind: How it is given.
        group: The heading under which it stands.
        empty: What it means when nothing is set.
        warning: What to know before it is set to anything but nothing or "off".
        sorts: The kinds of channels that it takes.
        needs: What the bot must be allowed in them.
        most: The most entries of a list, or the greatest number.
        least: The least number.
        unset: Whether the number may be left to whoever runs the bot.
        managers_only: Whether moderators without Manage Server may not change it.
    """

    key: str
    title: str
    meaning: str
    kind: Kind
    group: str
    empty: str = ""
    warning: str = ""
    sorts: tuple[ChannelSort, ...] = ()
    needs: tuple[Right, ...] = ()
    most: int = CHOICES_LIMIT
    least: int = 0
    unset: bool = False
    managers_only: bool = False


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that is set in a server, and for its library."""

    settings: ServerSettings
    recency: Recency
    public: bool

    def value_of(self, setting: Setting) -> Value:
        """The value that a setting has."""
        if setting.key == RECENCY:
            return str(self.recency)
        if setting.key == PUBLIC:
            return self.public
        value: Value = getattr(self.settings, setting.key)
        return value


RECENCY, PUBLIC, LANGUAGE, DIRECT = "recency", "public", "language", "direct_messages"
DAY_TOKENS, RETENTION, COOLDOWN = "day_tokens", "retention_days", "cooldown"
WHO, HOW, LIMITS = mark("Who and where"), mark("How I answer"), mark("Limits and data")
GROUPS = (WHO, HOW, LIMITS)
_WRITE = (Right.VIEW, Right.SEND, Right.SEND_IN_THREADS)
_TALKS = (ChannelSort.TEXT, ChannelSort.NEWS, ChannelSort.FORUM)
_DAY = 24 * 60 * 60

SETTINGS = (
    Setting(
        "ask_channels",
        mark("Channels where I answer"),
        mark("Members may ask me there. A thread counts as its channel."),
        Kind.CHANNELS,
        WHO,
        empty=mark("every channel"),
        sorts=(*_TALKS, ChannelSort.VOICE, ChannelSort.CATEGORY),
        needs=_WRITE,
    ),
    Setting(
        "ask_roles",
        mark("Roles that may ask"),
        mark("Only they may ask me; moderators always may."),
        Kind.ROLES,
        WHO,
        empty=mark("everybody"),
    ),
    Setting(
        "moderator_roles",
        mark("Roles that moderate"),
        mark(
            "They may look after the articles, besides those who may manage the server. Discord "
            "shows them the commands once Server Settings > Integrations allows it."
        ),
        Kind.ROLES,
        WHO,
        empty=mark("only people who may manage the server"),
        warning=mark("They can publish and remove articles, and read what members asked."),
        managers_only=True,
    ),
    Setting(
        "auto_channels",
        mark("Automatic answers"),
        mark("I answer new posts there unasked: only where I am sure and nobody has replied."),
        Kind.CHANNELS,
        WHO,
        empty=mark("nowhere"),
        sorts=_TALKS,
        needs=(*_WRITE, Right.HISTORY),
    ),
    Setting(
        "desk_channel",
        mark("Moderators' desk"),
        mark("The channel where moderators hear what members tell them."),
        Kind.CHANNEL,
        WHO,
        empty=mark("no channel"),
        warning=mark("Everybody who can read that channel can read it."),
        sorts=(ChannelSort.TEXT,),
        needs=(Right.VIEW, Right.SEND),
        most=1,
    ),
    Setting(
        "private_by_default",
        mark("Private answers"),
        mark("Only the asker sees an answer to `/ask`, unless they choose otherwise."),
        Kind.SWITCH,
        HOW,
    ),
    Setting(
        LANGUAGE,
        mark("Language"),
        mark("What I speak. Quotes stay in the language of their article."),
        Kind.WORD,
        HOW,
    ),
    Setting(
        RECENCY,
        mark("Newer articles first"),
        mark("How much I prefer newer articles to older ones."),
        Kind.WORD,
        HOW,
        least=1,
        most=36_500,
    ),
    Setting(
        "retract",
        mark("Deleted questions"),
        mark("When a question is deleted, I delete my answer to it too."),
        Kind.SWITCH,
        HOW,
    ),
    Setting(
        DIRECT,
        mark("Private messages"),
        mark("Members may ask in private messages too, where whoever runs me allows that."),
        Kind.SWITCH,
        HOW,
    ),
    Setting(
        PUBLIC,
        mark("Public articles"),
        mark("Anybody may read the articles in my web reader; else only with a link of mine."),
        Kind.SWITCH,
        HOW,
        warning=mark("Anybody on the internet can then read every article of this server."),
        managers_only=True,
    ),
    Setting(
        COOLDOWN,
        mark("Pause between questions"),
        mark("So many seconds a member waits after a question before the next."),
        Kind.NUMBER,
        LIMITS,
        most=_DAY,
    ),
    Setting(
        DAY_TOKENS,
        mark("Language model"),
        mark(
            "The tokens that I may use a day. When they are used up, I answer in the articles' "
            "own sentences."
        ),
        Kind.NUMBER,
        LIMITS,
        most=1_000_000_000,
        unset=True,
    ),
    Setting(
        RETENTION,
        mark("How long I remember"),
        mark("After so many days I forget answers, feedback and open questions."),
        Kind.NUMBER,
        LIMITS,
        warning=mark("What is older is then forgotten for good."),
        managers_only=True,
        least=1,
        most=3650,
        unset=True,
    ),
)
_BY_KEY = {setting.key: setting for setting in SETTINGS}


def find_setting(key: str) -> Setting | None:
    """The setting of that name; None where there is none."""
    return _BY_KEY.get(key)
