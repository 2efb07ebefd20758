"""Questions as people type them in a chat, without what carries no topic."""

from __future__ import annotations

import re

# What is said around a question. Only whole phrases: "know" alone may be its topic.
_PLEASE = r"(?:please|pls|plz)"
_SOMEBODY = r"(?:any|some)\s?(?:one|body)(?:\s+(?:here|else))?"
_YOU = r"(?:you|u|ya)(?:\s+(?:guys|all))?"
_IF = r"(?:\s+(?:if|whether))?"
_ASIDES = re.compile(
    rf"""
    \b(?:
        (?:do(?:es)?|did|can|could|would)\s+(?:{_SOMEBODY}|{_YOU})\s+
            (?:happen\s+to\s+)?(?:{_PLEASE}\s+)?
            (?:know|remember|recall|(?:tell|remind|show)\s+(?:me|us)|explain(?:\s+to\s+(?:me|us))?)
            {_IF}
      | {_SOMEBODY}\s+(?:knows?|remembers?)
      | {_PLEASE}\s+(?:tell|remind|show)\s+(?:me|us)
      | (?:i(?:['’]?m|\s+am|\s+was)?\s+)?just\s+(?:wondering|curious){_IF}
      | i(?:['’]?m|\s+am|\s+was)\s+(?:wondering|curious){_IF}
      | i(?:['’]?d|\s+would)\s+(?:like|love)\s+to\s+know | i\s+(?:wanna|want\s+to)\s+know
      | i(?:['’]?m|\s+am)\s+(?:so\s+|really\s+)?confused
    )(?![\w'’])
    | ^\W*(?:quick|stupid|dumb|random|noob)\s+(?:q|question)\b
    | ^\W*(?:hey|hi|hello|yo)(?:\s+(?:all|there|guys|everyone|folks|everybody|team))?
        (?=\W*[,.!?:]|\s+[a-z])
    | (?:\b(?:thanks|thank\s+you|thx|cheers)(?:\s+(?:in\s+advance|a\s+lot|so\s+much|guys|all))?\W*$)
    """,
    re.VERBOSE | re.IGNORECASE,
)

FILLER = frozenset(
    """
    btw cuz coz fyi gonna gotta haha hahaha hehe hmm idk imho imo kinda lmao lmk lol lool nvm ok
    okay omg ooc pls plz pleeease rofl smh sooo soooo sorta tbh thx til tho thru tysm ty u uh um
    umm ur wanna welp whatcha whatre wtf ya yall y'all yeah yep yo
    arent cant couldnt didnt doesnt dont hadnt hasnt havent howd howre hows ive isnt shouldnt
    thats theres theyre theyve wasnt werent whatd whats whens wheres whichs whod whos whys wont
    wouldnt youre youve
    """.split()
)
"""Words of a chat without a topic, contractions without their apostrophe among them."""


def drop_asides(question: str) -> str:
    """The question without "hey, does anyone know ..."; as it was where nothing else is in it."""
    kept = _ASIDES.sub(" ", question)
    return kept if any(letter.isalnum() for letter in kept) else question
