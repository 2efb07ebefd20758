"""When a source is read again by itself: what a moderator writes, and the next time. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from cronsim import CronSim, CronSimError

from index.errors import FootnoteIndexError

EXAMPLES = (
    "Write `hourly`, `daily 06:00`, `weekdays 06:00`, `weekly mon 06:00`, "
    "or five cron fields such as `0 6 * * mon-fri`."
)
_SHORTEST_MINUTES = 15
_LONGEST_TEXT = 100
_FIELDS = 5
_JITTER_SHARE = 0.1
_JITTER_LIMIT = timedelta(minutes=5)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIMED = re.compile(
    r"(?:daily|weekdays|weekly (?P<day>[a-z]+)) (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
)


class ScheduleError(FootnoteIndexError):
    """A schedule cannot be understood, never comes or comes too often; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is due. ``text`` is what was written, made uniform.

    ``cron`` is the same as five cron fields, in the time of day of ``zone``.
    """

    text: str
    cron: str = field(repr=False)
    zone: tzinfo = field(repr=False)

    def next_after(self, moment: datetime) -> datetime:
        """The first time after a moment, in UTC.

        Where clocks go forward, a time that is left out comes as soon as they have; where they
        go back, a time that comes twice counts once.
        """
        times = CronSim(self.cron, moment.astimezone(self.zone))
        for found in times:
            # By the hand of the clock, the hour that comes twice may lie behind the moment.
            if (time := found.astimezone(UTC)) > moment:
                return time
        raise ScheduleError(f"`{self.text}` never comes. {EXAMPLES}")

    def next_run(self, moment: datetime, *, key: str) -> datetime:
        """The same, and a little later: always as much for a key, so that not all run at once.

        The delay is at most five minutes, or a tenth of the time between two runs.
        """
        time = self.next_after(moment)
        longest = min((self.next_after(time) - time) * _JITTER_SHARE, _JITTER_LIMIT)
        return time + timedelta(seconds=int(longest.total_seconds() * _spread(key)))


def parse_schedule(text: str, zone: tzinfo = UTC) -> Schedule:
    """What a moderator wrote, as a schedule.

    Args:
        text: "hourly", "daily 06:00", "weekdays 06:00", "weekly mon 06:00" or cron text.
        zone: Whose time of day is meant.

    Raises:
        ScheduleError: it is none of these, never comes, or comes too often.
    """
    words = " ".join(text.lower().split())
    if not words or len(words) > _LONGEST_TEXT:
        raise ScheduleError(f"That is no schedule. {EXAMPLES}")
    if words == "hourly":
        return Schedule(words, "0 * * * *", zone)
    if timed := _TIMED.fullmatch(words):
        return _parse_timed(words, timed, zone)
    return _parse_cron(words, zone)


def _parse_timed(words: str, timed: re.Match[str], zone: tzinfo) -> Schedule:
    hour, minute = int(timed["hour"]), int(timed["minute"])
    if hour > 23 or minute > 59:  # noqa: PLR2004 - as clocks have it
        raise ScheduleError(f"There is no such time of day. {EXAMPLES}")
    at = f"{hour:02}:{minute:02}"
    if timed["day"] is not None:
        day = _find_day(timed["day"])
        return Schedule(f"weekly {day} {at}", f"{minute} {hour} * * {day}", zone)
    name = words.split(maxsplit=1)[0]
    days = "mon-fri" if name == "weekdays" else "*"
    return Schedule(f"{name} {at}", f"{minute} {hour} * * {days}", zone)


def _find_day(name: str) -> str:
    if name in _FULL_DAYS:
        return _DAYS[_FULL_DAYS.index(name)]
    if name not in _DAYS:
        raise ScheduleError(f"There is no such day of the week. {EXAMPLES}")
    return name


def _parse_cron(words: str, zone: tzinfo) -> Schedule:
    # With six fields the first would be seconds.
    if len(words.split()) != _FIELDS:
        raise ScheduleError(f"That is no schedule. {EXAMPLES}")
    schedule = Schedule(words, words, zone)
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    try:
        fields = CronSim(words, begin)
        schedule.next_after(begin)
    except CronSimError as error:
        raise ScheduleError(
            f"As cron text that is not sound: {str(error).lower()}. {EXAMPLES}"
        ) from error
    if _shortest_gap(fields.minutes, fields.hours) < _SHORTEST_MINUTES:
        raise ScheduleError(
            f"That is too often: at most every {_SHORTEST_MINUTES} minutes, as in "
            f"`*/{_SHORTEST_MINUTES} * * * *`, so that sites and members are not disturbed."
        )
    return schedule


def _shortest_gap(minutes: set[int], hours: set[int]) -> int:
    """Minutes between two times of one day, or over midnight; 60 if all are further apart."""
    ordered = sorted(minutes)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    if any((hour + 1) % 24 in hours for hour in hours):
        gaps.append(ordered[0] + 60 - ordered[-1])
    return min(gaps, default=60)


def _spread(key: str) -> float:
    """A number from 0 to 1 that is always the same for a key, and even over many keys."""
    digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4]) / 2**32
