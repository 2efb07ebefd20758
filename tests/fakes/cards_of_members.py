"""What members see: answers, refusals, quotes, checks, waiting, help, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.answering.checked import CheckedClaim, CheckedMessage, Verdict
from bot.answering.engine import COMPOSING, SEARCHING, Underway
from bot.answering.models import Answer, Difference, Reason, Refusal, Reply
from bot.rendering.answer import render_reply
from bot.rendering.automatic import label_automatic
from bot.rendering.checked import render_checked
from bot.rendering.help import render_help, render_page
from bot.rendering.homes import Shared, name_server, render_choice, render_chosen
from bot.rendering.manual import ENTRIES
from bot.rendering.parts import Card
from bot.rendering.privacy import (
    Scope,
    render_export,
    render_forgotten,
    render_privacy,
    render_question,
)
from bot.rendering.quotes import render_quotes
from bot.rendering.reply_actions import Shown as Where
from bot.rendering.surroundings import Surroundings
from bot.rendering.underway import describe_stage, render_underway
from bot.rendering.waiting import render_waiting
from bot.state.answers import SentAnswer, SentQuote
from bot.state.holdings import Kind
from bot.state.personal import Kept, Summary
from index.models import NOTE_PREFIX, Article
from tests.fakes.discord_samples import (
    BRIDGE,
    LIBRARY,
    Claim,
    as_passage,
    bridge_answer,
    cite,
    make_answer,
    quoting,
    refusal,
)
from tests.fakes.shown import Sample

ID = "0123456789abcdef"
AT = datetime(2031, 6, 10, 12, tzinfo=UTC)
OPENED = "The Tern Bridge opened again on Tuesday."
COST = "The repair took nine weeks and cost 41,000 crowns."
NEWER = replace(
    BRIDGE, id="account", title="The account", text="It cost 43,500 crowns.", published_at=None
)
NOTE = Article(id=NOTE_PREFIX + "4e1d", title="Moderator note", text="On Wednesday, 11 June.")
BARE = Article(id="bare", title="Bare", text="Nothing else is known of it. It is short.")
_NOTICE = "My language model is away, so this is in the articles' own words."


def _quoted(answer: Answer, **given: str) -> Answer:
    """The answer with something said of the article of its first citation."""
    first = answer.citations[0]
    changed = replace(first, quote=replace(first.quote, **given))  # type: ignore[arg-type]
    return replace(answer, citations=(changed, *answer.citations[1:]))


def _differing(*values: str) -> Answer:
    old = quoting((BRIDGE, COST), (NEWER, NEWER.text), (LIBRARY, "On Saturdays it closes at noon."))
    numbers = tuple(1 + n % 3 for n in range(len(values)))
    answer = _quoted(old, superseded_by="The account")
    return replace(answer, differences=(Difference(numbers, values),))


def _long(sentences: int, length: int) -> Answer:
    claims = [
        Claim(f"Sentence {n} " + "word " * length, ((BRIDGE, OPENED), (LIBRARY, LIBRARY.text)))
        for n in range(sentences)
    ]
    return make_answer(claims)


def crowded(count: int) -> Answer:
    """One sentence with very many sources."""
    proofs = [
        (replace(BRIDGE, id=f"a{n}", url=None, title=f"Title {n} " + "t" * 90), OPENED)
        for n in range(count)
    ]
    return make_answer([Claim("All of them say so. " + "x " * 900, tuple(proofs))])


def _reply(reply: Reply, where: Where = Where(ID), **given: object) -> Sample:  # noqa: B008
    return lambda: render_reply(reply, shown=where, **given)  # type: ignore[arg-type]


_ASKED_BACK = replace(refusal(Reason.UNCLEAR_QUESTION, BRIDGE), asks_back="How much is *what*?")
_TOO_OLD = replace(refusal(Reason.TOO_OLD, LIBRARY, BRIDGE, BARE), notice="I looked at June.")

ANSWERS: dict[str, Sample] = {
    "answer": _reply(bridge_answer()),
    "answer-private": _reply(bridge_answer(), Where(ID, is_private=True)),
    "answer-shared": _reply(bridge_answer(), Where(ID, is_private=True, is_shared=True)),
    "answer-direct": _reply(bridge_answer(), Where(ID, is_private=True, in_server=False)),
    "answer-not-kept": _reply(bridge_answer(), Where(), show_question=False),
    "answer-understood": _reply(
        replace(bridge_answer(), asked_as="When did the *bridge* open?", notice=_NOTICE),
        head="Asked by **Ann**",
    ),
    "answer-bare": _reply(quoting((BARE, BARE.text), asked=" ")),
    "answer-note": _reply(quoting((NOTE, NOTE.text), (BRIDGE, COST))),
    "answer-superseded": _reply(_quoted(bridge_answer(), superseded_by="The *account*")),
    "answer-superseded-untitled": _reply(_quoted(bridge_answer(), superseded_by="")),
    "answer-corrected": _reply(_quoted(bridge_answer(), corrected_by=NOTE.id)),
    "answer-corrected-bare": _reply(_quoted(quoting((BARE, BARE.text)), corrected_by=NOTE.id)),
    "answer-differing": _reply(_differing("41,000 *crowns*", "43,500 [1] crowns")),
    "answer-differing-much": _reply(_differing("a", "b", "c", "d", "e", "f")),
    "answer-long": _reply(_long(9, 80), Where(ID)),
    "answer-too-long": _reply(_long(14, 200), Where(ID)),
    "answer-one-over": _reply(_long(4, 600), Where(ID)),
    "answer-crowded": _reply(crowded(12)),
    "answer-very-crowded": _reply(crowded(60)),
    "answer-unfinished": lambda: render_underway(
        Underway(COMPOSING, _differing("a", "b"), 8), question="When?"
    ),
    "answer-unfinished-unasked": lambda: render_underway(
        Underway(COMPOSING, bridge_answer(), 8), question=None
    ),
    "answer-underway": lambda: render_underway(Underway(SEARCHING), question="*When*?"),
    "answer-stages": lambda: "\n".join(
        describe_stage(each)
        for each in (
            Underway(SEARCHING),
            Underway(COMPOSING, passages=1),
            Underway(COMPOSING, passages=8),
            Underway(COMPOSING),
            Underway(COMPOSING, bridge_answer()),
            Underway("looking again"),
            Underway(""),
        )
    ),
    "answer-waiting": lambda: render_waiting(3, "*When*?"),
    "answer-waiting-one": lambda: render_waiting(1, None),
    "answer-waiting-next": lambda: render_waiting(0, "When?"),
    "answer-automatic": lambda: label_automatic(render_reply(bridge_answer())),
    "answer-automatic-full": lambda: label_automatic(
        (Card(("x" * 3990,), render_reply(bridge_answer())[0].tone),)
    ),
}


def _refused(reply: Refusal, *, for_moderator: bool = False) -> Sample:
    return _reply(reply, for_moderator=for_moderator)


REFUSALS: dict[str, Sample] = {
    **{f"refusal-{each}": _refused(refusal(each, BRIDGE)) for each in Reason},
    **{f"refusal-{each}-moderator": _refused(refusal(each), for_moderator=True) for each in Reason},
    "refusal-asking-back": _refused(_ASKED_BACK),
    "refusal-of-time": _refused(_TOO_OLD),
    "refusal-of-undated-time": _refused(refusal(Reason.TOO_OLD, BARE)),
    "refusal-noticed": _refused(replace(refusal(Reason.NOTHING_FOUND), notice=_NOTICE)),
    "refusal-near": _refused(
        refusal(Reason.NOT_SUPPORTED, BRIDGE, replace(BRIDGE, text="x"), BARE, NOTE, LIBRARY)
    ),
    "refusal-superseded": lambda: render_reply(
        replace(
            refusal(Reason.NOT_SUPPORTED),
            passages=(replace(as_passage(BRIDGE), superseded_by="The account"),),
        )
    ),
}


def _sent(number: int, text: str, **given: object) -> SentQuote:
    quote = SentQuote(
        number, "bridge", "v1", "Tern *Bridge*", "The Lantern", "2031-06-10",
        "https://gullmarrow.example/bridge", 0, len(text), text,
    )  # fmt: skip
    return replace(quote, **given)  # type: ignore[arg-type]


def _quotes(*quotes: SentQuote, lost: tuple[int, ...] = ()) -> SentAnswer:
    return SentAnswer(ID, "1", "5", AT, 3, quotes, lost)


_AROUND = {
    1: Surroundings("Before *it*. ", "\n\nAfter it."),
    2: Surroundings("", " And more."),
    3: Surroundings("So:\n", ""),
}
_PROSE = "Prose goes on and on in this place. " * 120
QUOTES: dict[str, Sample] = {
    "quotes": lambda: render_quotes(
        _quotes(
            _sent(1, "It *opened*.\nOn Tuesday."),
            _sent(2, "At nine.", link=None, publisher=None, published_at=None),
            _sent(3, "One.", superseded_by="The account", article_id=NOTE.id),
            lost=(4, 5),
        ),
        _AROUND,
    ),
    "quotes-alone": lambda: render_quotes(_quotes(_sent(1, "It *opened*.\n\nOn Tuesday."))),
    "quotes-long": lambda: render_quotes(
        _quotes(_sent(1, _PROSE)), {1: Surroundings("Before. ", " After.")}
    ),
    "quotes-unbroken": lambda: render_quotes(_quotes(_sent(1, "x" * 4000))),
    "quotes-many": lambda: render_quotes(_quotes(*(_sent(n, "One.") for n in range(1, 24)))),
    "quotes-too-many": lambda: render_quotes(_quotes(*(_sent(n, _PROSE) for n in range(1, 9)))),
}
_SAID = "The bridge *opened* on Tuesday."
_BOTH = (cite(1, BRIDGE, OPENED), cite(2, LIBRARY, "On Saturdays it closes at noon."))


def _claim(verdict: Verdict, *numbers: int, **given: object) -> CheckedClaim:
    return replace(CheckedClaim(_SAID, 0, 9, verdict, numbers), **given)  # type: ignore[arg-type]


_UNKNOWN = _claim(Verdict.NOT_FOUND)
_NEAR = replace(_UNKNOWN, nearest=as_passage(BRIDGE))
CHECKS: dict[str, Sample] = {
    "checked": lambda: render_checked(
        CheckedMessage(
            "c1",
            3,
            (
                _UNKNOWN,
                _claim(Verdict.SUPPORTED, 1, otherwise=(2,)),
                _claim(Verdict.CONTRADICTED, 2, otherwise=(1,)),
                _NEAR,
                replace(_UNKNOWN, nearest=as_passage(BARE)),
            ),
            _BOTH,
            left_out=2,
            notice=_NOTICE,
        )
    ),
    "checked-found": lambda: render_checked(
        CheckedMessage("c1", 3, (_claim(Verdict.SUPPORTED, 1),), _BOTH[:1])
    ),
    "checked-missing": lambda: render_checked(CheckedMessage("c1", 3, (_UNKNOWN,), left_out=1)),
    "checked-much": lambda: render_checked(
        CheckedMessage("c1", 3, tuple(replace(_NEAR, text=f"{n} {'y' * 290}") for n in range(12)))
    ),
    "checked-very-much": lambda: render_checked(
        CheckedMessage(
            "c1",
            3,
            tuple(_claim(Verdict.SUPPORTED, 1, text=f"{n} {'y' * 290}") for n in range(90)),
            _BOTH[:1],
        )
    ),
    "checked-nothing": lambda: render_checked(CheckedMessage("c1", 3, (), notice=_NOTICE)),
    "checked-empty-library": lambda: render_checked(CheckedMessage("c1", 0, ())),
}
_SERVERS = [Shared(1, "Gull*marrow*"), Shared(2, " ")]
_HERE, _EVERYWHERE = Scope(everywhere=False, kept_days=90), Scope(everywhere=True, kept_days=1)
_KEPT = Summary(
    {kind: Kept(n + 1, AT if n % 2 else None) for n, kind in enumerate(Kind)},
    gaps=2,
)
_LITTLE = Summary({Kind.QUESTIONS: Kept(1, AT)}, gaps=1)
PEOPLE: dict[str, Sample] = {
    "home-choice": lambda: render_choice(_SERVERS, chosen=1, word="Hello."),
    "home-choice-more": lambda: render_choice(_SERVERS, more=True),
    "home-choice-many": lambda: render_choice([Shared(n, f"Server {n}") for n in range(26)]),
    "home-chosen": lambda: render_chosen("Gull*marrow*"),
    "home-chosen-unnamed": lambda: render_chosen(""),
    "home-named": lambda: name_server(render_reply(bridge_answer()), "Gull*marrow*"),
    "home-not-named": lambda: name_server(render_reply(bridge_answer()), ""),
    "home-named-full": lambda: name_server(
        (Card(("x" * 3990,), render_chosen("x").tone),), "Gullmarrow"
    ),
    "privacy": lambda: render_privacy(_KEPT, _HERE),
    "privacy-everywhere": lambda: render_privacy(_LITTLE, _EVERYWHERE),
    "privacy-nothing": lambda: render_privacy(Summary(), replace(_HERE, kept_days=1)),
    "privacy-export": lambda: render_export("you.json", b"{}", _HERE),
    "privacy-export-everywhere": lambda: render_export("you.json", b"{}", _EVERYWHERE),
    "privacy-question": lambda: render_question(_KEPT, _HERE),
    "privacy-question-everywhere": lambda: render_question(Summary(), _EVERYWHERE),
    "privacy-forgotten": lambda: render_forgotten(_LITTLE, _HERE),
    "privacy-forgotten-nothing": lambda: render_forgotten(Summary(), _EVERYWHERE),
    "help": lambda: render_help(moderates=False),
    "help-moderator": lambda: render_help(moderates=True),
}


def _page(key: str) -> Sample:
    def render() -> Card | str:
        return render_page(key, moderates=False) or "no such page"

    return render


CARDS: dict[str, Sample] = {
    **ANSWERS,
    **REFUSALS,
    **QUOTES,
    **CHECKS,
    **PEOPLE,
    **{f"help-{entry.key}": _page(entry.key) for entry in ENTRIES[:3]},
    "help-unknown": _page("unknown"),
}
