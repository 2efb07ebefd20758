"""Words of English as the answering engine compares them: tokens, stems, function words.

Comparing is deliberately plain: a light stemmer and the irregular verbs, because
a question says "when did they speak" where an article says "they spoke". There
are no synonyms; likeness of meaning is the encoder's part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.stems import SHORTEST_ROOT, cut_ending, share_root

__all__ = [
    "FUNCTION_WORDS",
    "SHORTEST_ROOT",
    "Word",
    "is_close",
    "share_root",
    "stem_of",
    "stems_of",
    "words_of",
]

# "U.S." is one word; "$25,000" is "25000"; "one-third" is two words; "Carney's" is "carney".
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?|[^\W\d_]+(?:['’][^\W\d_]+)?"
)
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")

_COUNTRY = ("US", "U.S.", "U.S")

FUNCTION_WORDS = frozenset(
    """
    a about after again all also am an and any are aren't as at be because been before being
    between both but by can can't could couldn't cuz did didn't do does doesn't doing don't
    during each ever few for from further get gets got gonna had hadn't has hasn't have haven't
    having he he's her here hers herself him himself his how how's i i'd i'll i'm i've if im in
    into is isn't it it's its itself just let's may me might more most much must my myself no
    nor not of off on once only onto or other our ours out over own please pls same shall she
    she's should shouldn't so some such tell than that that's the thats the their theirs them
    themselves then there there's these they they're this those through thru til till to too
    under until up upon us very via was wasn't we we're were weren't what what's whats when
    when's where where's wheres which while who who's whom whos whose why will with within
    without won't would wouldn't yes yet you you're your yours according many long say says said
    saying tell tells told happen happens happened happening stuff thing things
    """.split()
)

_IRREGULAR = """
    be:is,are,was,were,been,being begin:began,begun become:became break:broke,broken
    bring:brought build:built buy:bought catch:caught choose:chose,chosen come:came cut:cutting
    die:died,dies,death,dead,dying do:did,done draw:drew,drawn drive:drove,driven eat:ate,eaten
    fall:fell,fallen feel:felt fight:fought find:found fly:flew,flown forbid:forbade,forbidden
    freeze:froze,frozen get:got,gotten give:gave,given go:went,gone grow:grew,grown have:has,had
    hide:hid,hidden hold:held keep:kept know:knew,known lay:laid lead:led leave:left lend:lent
    lose:lost,loss make:made mean:meant meet:met pay:paid ride:rode,ridden ring:rang,rung
    rise:rose,risen run:ran,running say:said see:saw,seen seek:sought sell:sold send:sent
    shake:shook,shaken shoot:shot shut:shutting sing:sang,sung sink:sank,sunk sit:sat
    speak:spoke,spoken spend:spent split:splitting stand:stood steal:stole,stolen stick:stuck
    strike:struck swear:swore,sworn swim:swam,swum take:took,taken teach:taught tell:told
    think:thought throw:threw,thrown understand:understood win:won,winning,winner,winners
    wear:wore,worn withdraw:withdrew,withdrawn write:wrote,written child:children man:men
    woman:women person:people,persons foot:feet use:used,uses,using
    percent:percentage,percentages
"""
_BASES = {
    form: entry.split(":")[0]
    for entry in _IRREGULAR.split()
    for form in entry.split(":")[1].split(",")
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands: as written, in lower case, and its stem."""

    text: str
    lower: str
    stem: str
    start: int

    @property
    def is_content(self) -> bool:
        """Whether it carries a topic."""
        return self.lower not in FUNCTION_WORDS

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdigit()

    @property
    def is_capitalised(self) -> bool:
        """Whether it starts with a capital, as names do."""
        return self.text[0].isupper()


def words_of(text: str) -> list[Word]:
    """All words of a text, in order."""
    found = []
    for match in _WORD.finditer(text):
        written = match.group()
        lower = _POSSESSIVE.sub("", written.lower().replace("’", "'")) or written.lower()
        if lower[0].isdigit():
            lower = lower.rstrip("stndrh").replace(",", "")
        elif "." in lower:
            lower = lower.replace(".", "")
        if written in _COUNTRY:
            lower = "u.s."  # not the pronoun
        found.append(Word(written, lower, stem_of(lower), match.start()))
    return found


def stems_of(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(word.stem for word in words_of(text))


@lru_cache(maxsize=20_000)
def stem_of(lower: str) -> str:
    """The part of a word that its forms share; equal for "speak" and "spoken"."""
    return cut_ending(_BASES.get(lower, lower))


def is_close(one: str, other: str) -> bool:
    """Whether two words differ by one typing slip: a letter more, less, other, or two swapped.

    Short words are never taken for each other, nor figures.
    """
    if min(len(one), len(other)) < SHORTEST_ROOT or abs(len(one) - len(other)) > 1:
        return False
    if one[0] != other[0] or one[0].isdigit():
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:])
    )
