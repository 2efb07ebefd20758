"""What moderators see of members' questions: corrections, gaps, feedback, articles, settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.answering.models import Answer, Reason
from bot.gap_groups import GapGroup
from bot.rendering.articles import Browsed, render_article, render_articles, render_reading
from bot.rendering.config import (
    make_number_form,
    render_change,
    render_panel,
    render_setting,
    say_done,
)
from bot.rendering.config_settings import Configuration, Right, Setting, find_setting
from bot.rendering.config_values import Surroundings, write_value
from bot.rendering.feedback import Filter, QueuePage, render_queue
from bot.rendering.feedback_story import Story, render_story
from bot.rendering.gaps import (
    GapView,
    make_tell_form,
    make_which_form,
    render_closed,
    render_found,
    render_gaps,
    render_group,
    render_told,
    render_tried,
    say_closed,
)
from bot.rendering.marks import render_corrected, render_outdated, render_pointer
from bot.rendering.notes import (
    make_change_form,
    make_decline_form,
    make_edit_form,
    make_proposal_form,
    render_look_again,
    render_note,
    render_outcome,
    render_proposal,
    render_proposals,
    render_retired,
    render_retiring,
    say_standing,
    write_note_title,
)
from bot.rendering.stats import describe_stats, render_stats
from bot.rendering.watch import (
    ChangedAnswer,
    render_changed,
    render_decided,
    render_marked,
    render_marking,
)
from bot.state.cited import Citing
from bot.state.corrections import Proposal, QuotedSentence, Verdict
from bot.state.feedback import Case, Complaint, Vote
from bot.state.gaps import Cause, Gap, Nearest, Order
from bot.state.replies import Sending, SentReply, State
from bot.state.server_changes import Value
from bot.state.servers import ServerSettings
from bot.state.spending import Budget, Limit, Spent
from bot.state.stats import Cited, Day, Stats
from index.article_list import ArticleInfo, ArticleLine, ArticleList, VersionLine
from index.models import NOTE_PREFIX, Source, SourceKind
from index.note_rows import Corrected, NoteInfo, Standing
from index.recency import Recency, parse_recency
from tests.fakes.cards_of_members import crowded
from tests.fakes.discord_samples import BRIDGE, LIBRARY, as_passage, bridge_answer, refusal
from tests.fakes.discord_service import NOW
from tests.fakes.shown import Sample

NAMES = {"discord:11": "Ann", "discord:13": "Mo"}
AT = datetime(2031, 6, 10, 12, tzinfo=UTC)
_QUOTE = QuotedSentence(1, "bridge", "v1", "Tern Bridge opens", 0, 9, "It opened on Tuesday.")
PROPOSAL = Proposal(
    "p" * 16, 1, "r1", "When did it open?", "It opened on Tuesday. [1]", (_QUOTE,),
    "It opened on *Wednesday*.\nI was there.", "The toll house.", 11, NOW,
)  # fmt: skip
_TWO = replace(
    PROPOSAL, quotes=(_QUOTE, replace(_QUOTE, number=2, title="Hours", text="At nine.")), chosen=1
)
_DECIDED = replace(
    PROPOSAL, verdict=Verdict.APPROVED, decided_by=13, decided_at=NOW, note_id="note-1"
)
_DECLINED = replace(_DECIDED, verdict=Verdict.DECLINED, decision="It is right.", note_id=None)
NOTE = NoteInfo(
    "moderator-note:1", "v9", "Moderator note on “Tern Bridge opens”", "It opened on Wednesday.",
    Corrected("bridge", "v1", "Tern Bridge opens", 0, 9, "It opened on Tuesday."),
    "discord:11", "discord:13", NOW, Standing.FRESH, quote_stands=True,
)  # fmt: skip
_CHANGED = replace(NOTE, standing=Standing.CHANGED)
_REWRITTEN = replace(_CHANGED, quote_stands=False)
_GONE = replace(NOTE, standing=Standing.GONE, quote_stands=False)

NOTES: dict[str, Sample] = {
    "note-title": lambda: write_note_title("Tern *Bridge* opens"),
    "note-title-untitled": lambda: write_note_title(" "),
    "proposal-form": lambda: make_proposal_form("r1"),
    "proposal-edit-form": lambda: make_edit_form(PROPOSAL),
    "proposal-decline-form": lambda: make_decline_form("p1"),
    "note-change-form": lambda: make_change_form(replace(NOTE, text="x" * 1200)),
    "proposal": lambda: render_proposal(PROPOSAL, NAMES, word="Just now."),
    "proposal-sourceless": lambda: render_proposal(
        replace(PROPOSAL, source="", author_id=0), NAMES
    ),
    "proposal-of-two": lambda: render_proposal(_TWO, NAMES),
    "proposal-approved": lambda: render_proposal(_DECIDED, NAMES),
    "proposal-declined": lambda: render_proposal(_DECLINED, NAMES),
    "outcome-approved": lambda: render_outcome(_DECIDED, NAMES, word="It answers now."),
    "outcome-declined": lambda: render_outcome(replace(_DECLINED, decision=""), NAMES),
    "outcome-open": lambda: render_outcome(PROPOSAL, NAMES, word="Undone."),
    "proposals": lambda: render_proposals([PROPOSAL, replace(_TWO, text="", id="q" * 16)]),
    "proposals-many": lambda: render_proposals(
        [replace(PROPOSAL, id=f"id{n}", text=f"Right {n}.") for n in range(30)]
    ),
    "proposals-forgotten": lambda: (
        render_proposals([replace(PROPOSAL, question="")]),
        render_proposal(replace(PROPOSAL, question=" "), NAMES),
    ),
    "proposals-none": lambda: render_proposals([]),
    "note": lambda: render_note(NOTE, NAMES),
    "note-changed": lambda: render_note(_CHANGED, NAMES, word="Saved."),
    "note-retiring": lambda: render_retiring(NOTE),
    "note-retired": lambda: render_retired(NOTE),
    "note-look-again": lambda: render_look_again(_REWRITTEN),
    "note-gone": lambda: render_look_again(_GONE),
    "note-standing": lambda: "\n".join(map(say_standing, (_CHANGED, _REWRITTEN, _GONE))),
}


def _gap(key: int, question: str = "Who pays for the railing?", **given: object) -> Gap:
    when = (AT - timedelta(hours=key)).isoformat()
    near = (Nearest("bridge", "Tern Bridge opens"), Nearest("a2", ""), Nearest("a3", "Third"))
    gap = Gap(key, question, Cause.NOT_SUPPORTED, near, 3, NOW, when, 2)
    return replace(gap, **given)  # type: ignore[arg-type]


_GROUP = GapGroup(
    (
        _gap(14, times=9, told=2, assigned_to=13, answered_by=Nearest("bridge", "Tern Bridge")),
        _gap(15, "Who paid for it?", times=1),
        *(_gap(16 + n, f"What does railing {n} cost?") for n in range(4)),
    )
)
_LONE = GapGroup((_gap(3, "Is there a bus?", cause=Cause.NO_ARTICLE, nearest=(), times=1),))
_CROWD = GapGroup(tuple(_gap(n, f"Question {n}?") for n in range(13)))
_NEWEST = GapView(Order.NEWEST)
_TOO_OLD = GapView(cause=Cause.TOO_OLD)
_FOUND = (("k1", "Tern Bridge opens"), ("k2", ""))
_REFUSED = refusal(Reason.NOT_SUPPORTED, BRIDGE)


def _tried(article_id: str, reply: Answer | None = None) -> Sample:
    return lambda: render_tried(
        _GROUP, reply or _REFUSED, article_id=article_id, title="Tern Bridge", key="k1"
    )


GAPS: dict[str, Sample] = {
    "gaps": lambda: render_gaps([_GROUP, _LONE], NAMES, view=GapView(), word="Closed: it."),
    "gaps-newest": lambda: render_gaps([_LONE], NAMES, view=_NEWEST),
    "gaps-of-cause": lambda: render_gaps([_LONE], NAMES, view=GapView(cause=Cause.NO_ARTICLE)),
    "gaps-last-page": lambda: render_gaps(
        [GapGroup((_gap(n, f"Question {n}?", told=1),)) for n in range(1, 15)],
        {},
        2,
        view=GapView(),
    ),
    "gaps-none": lambda: render_gaps([], NAMES, view=GapView(), word="Closed: it."),
    "gaps-none-of-cause": lambda: render_gaps([], NAMES, view=_TOO_OLD),
    "gap": lambda: render_group(_GROUP, NAMES, told=("*I* do.", "b", "c", "d"), word="Yours now."),
    "gap-alone": lambda: render_group(_LONE, NAMES),
    "gap-pair": lambda: render_group(GapGroup(_CROWD.gaps[:2]), NAMES),
    "gap-crowd": lambda: render_group(_CROWD, NAMES),
    "gap-wordless": lambda: render_group(GapGroup((_gap(1, ""),)), NAMES),
    "gap-closed": lambda: render_closed(_GROUP, "Tern Bridge"),
    "gap-closed-alone": lambda: render_closed(_LONE),
    "gap-which-form": lambda: make_which_form(14),
    "gap-found": lambda: render_found(_GROUP, _FOUND),
    "gap-tried-cited": _tried(BRIDGE.id, bridge_answer()),
    "gap-tried-not-cited": _tried("other", bridge_answer()),
    "gap-tried-refused": _tried(BRIDGE.id),
    "gap-tell-form": lambda: make_tell_form("r1"),
    "gap-told": lambda: render_told(_gap(7, told=1), "The *price*."),
    "gap-told-silent": lambda: render_told(_gap(7, cause=Cause.DISAGREE), ""),
    "gap-say-closed": lambda: say_closed(_gap(7)),
    "gap-say-closed-before": lambda: say_closed(_gap(7, was_closed=True)),
}
_SENT = SentReply(
    "r1",
    Sending(1, 5, 11, is_private=False, asked_in=1),
    AT,
    State.STANDS,
    replace(
        bridge_answer(),
        passages=(as_passage(BRIDGE), as_passage(replace(LIBRARY, id="x", text="Other."))),
        timings_ms={"total": 840.0},
        asked_as="When did the Tern Bridge open?",
    ),
    77,
    (77,),
)
_PRIVATE = replace(
    _SENT,
    sending=Sending(1, 5, 11, is_private=True, asked_in=None),
    state=State.CORRECTED,
    reply=replace(refusal(Reason.NOTHING_FOUND, BRIDGE), asks_back=None),
)
_CASE = Case("r1", 2, (Complaint.WRONG, Complaint.MISSING), AT)
_DONE = replace(_CASE, closed_at=AT, closed_by=13, complaints=1, reasons=())
_ASKED_NOTHING = replace(
    _SENT, reply=replace(_SENT.reply, question=replace(_SENT.reply.question, text=""))
)


def _vote(member: int, reason: Complaint | None = None, text: str = "", **given: bool) -> Vote:
    return Vote("r1", member, given.get("helpful", False), reason, text, AT)


_VOTES = (
    _vote(12),
    _vote(11, Complaint.WRONG, "It was *Wednesday*."),
    _vote(14, helpful=True),
    *(_vote(20 + n, Complaint.OUT_OF_DATE) for n in range(5)),
)
_LONG_ANSWER = replace(
    bridge_answer(),
    sentences=tuple(
        replace(each, text=each.text + " and on" * 300) for each in bridge_answer().sentences
    ),
    passages=tuple(as_passage(replace(BRIDGE, id=f"a{n}")) for n in range(6)),
)


def _queue(*entries: tuple[Case, SentReply], shown: Filter, **given: int) -> QueuePage:
    page, pages = given.get("page", 0), given.get("pages", 1)
    return QueuePage(entries, page, pages, given.get("total", len(entries)), shown)


FEEDBACK: dict[str, Sample] = {
    "feedback": lambda: render_queue(
        _queue((_CASE, _SENT), (_DONE, _ASKED_NOTHING), shown=Filter()), NAMES, word="Done."
    ),
    "feedback-of-reason": lambda: render_queue(
        _queue((_CASE, _SENT), shown=Filter(Complaint.WRONG), page=1, pages=3, total=13), NAMES
    ),
    "feedback-done": lambda: render_queue(
        _queue(
            (_DONE, _SENT),
            (replace(_DONE, closed_by=None), _SENT),
            shown=Filter(done=True),
            page=2,
            pages=3,
            total=13,
        ),
        NAMES,
    ),
    "feedback-first-of-two": lambda: render_queue(
        _queue((_CASE, _SENT), shown=Filter(), page=0, pages=2, total=7), NAMES
    ),
    "feedback-none": lambda: render_queue(_queue(shown=Filter()), NAMES),
    "story": lambda: render_story(
        Story(_SENT, _VOTES, Filter(), before="r0", after="r2"), NAMES, word="Kept."
    ),
    "story-private": lambda: render_story(
        Story(_PRIVATE, _VOTES[:2], Filter(Complaint.WRONG), is_open=False), NAMES
    ),
    "story-of-nothing-found": lambda: render_story(
        Story(replace(_PRIVATE, reply=refusal(Reason.NOTHING_FOUND)), _VOTES[:1], Filter()), NAMES
    ),
    "story-outdated": lambda: render_story(
        Story(replace(_SENT, state=State.OUTDATED, message_id=None), _VOTES[:1], Filter()), NAMES
    ),
    "story-long": lambda: render_story(
        Story(
            replace(_SENT, reply=_LONG_ANSWER),
            tuple(_vote(n, Complaint.WRONG, f"It is wrong {n}. " * 30) for n in range(9)),
            Filter(done=True),
        ),
        NAMES,
    ),
}
_LINE = ArticleLine(
    "bridge", "Tern Bridge opens", "2031-06-10", "The Lantern", "https://gullmarrow.example/bridge"
)
_NOTE_LINE = ArticleLine(NOTE_PREFIX + "1", "Moderator note on “Tern Bridge”", NOW, None, None)
_OLD_LINE = replace(_LINE, article_id="old", title="", superseded_by="Tern Bridge opens")
_BARE = ArticleLine("bare", "Bare", None, None, None)
_VERSIONS = tuple(VersionLine(f"v{n}", 9 - n, f"2031-06-{9 - n:02}T12:00:00") for n in range(6))
INFO = ArticleInfo(
    _LINE,
    "v0",
    ("Ines Vale", "Tom *Reed*"),
    Source(SourceKind.FEED, "https://gullmarrow.example/feed.xml"),
    "It opened on *Tuesday*.\n\nCarts may cross.",
    1_000,
    _VERSIONS,
    6,
)
_NOTE_INFO = ArticleInfo(_NOTE_LINE, "v1", (), None, "", 0, (), 0)
_OLD_INFO = replace(INFO, line=_OLD_LINE, versions=_VERSIONS[:1], versions_count=1, length=43)
_UNCITED, _CITED = Citing(0, 0, ()), Citing(3, 1, (_SENT, _PRIVATE))

ARTICLES: dict[str, Sample] = {
    "articles": lambda: render_articles(
        ArticleList((_LINE, _NOTE_LINE, _OLD_LINE, _BARE), 0, 1, 4), "abcd", Browsed(), looks=1
    ),
    "articles-searched": lambda: render_articles(
        ArticleList((_LINE,), 1, 3, 17), "a", Browsed("*tern* " + "x" * 70), proposals=1, looks=2
    ),
    "articles-notes": lambda: render_articles(
        ArticleList((_NOTE_LINE,), 0, 1, 1), "a", Browsed(notes_only=True), proposals=2
    ),
    "articles-last-page": lambda: render_articles(
        ArticleList((_BARE,), 2, 3, 17), "a", Browsed("b", notes_only=True)
    ),
    "articles-first-of-two": lambda: render_articles(
        ArticleList((_BARE,), 0, 2, 9), "a", Browsed()
    ),
    "articles-none": lambda: render_articles(ArticleList((), 0, 1, 0), "", Browsed()),
    "articles-none-fits": lambda: render_articles(ArticleList((), 0, 1, 0), "", Browsed("tern")),
    "article": lambda: render_article(INFO, "k1", _CITED),
    "article-note": lambda: render_article(_NOTE_INFO, "k1", _UNCITED),
    "article-superseded": lambda: render_article(_OLD_INFO, "k1", Citing(1, 0, (_SENT,))),
    "article-bare": lambda: render_article(replace(INFO, line=_BARE), "k1", _UNCITED),
    "article-read": lambda: render_reading(INFO, "k1"),
    "article-read-whole": lambda: render_reading(_OLD_INFO, "k1"),
    "article-read-empty": lambda: render_reading(_NOTE_INFO, "k1"),
}
_TEXT, _NEWS, _LOST = 501, 502, 599
_ROLE = 701
_AROUND = Surroundings(
    everyone=1,
    channels={_TEXT: frozenset(), _NEWS: frozenset({Right.SEND, Right.HISTORY, Right.VIEW})},
    roles=frozenset({1, _ROLE}),
    names={_TEXT: "news", _ROLE: "Editors"},
    manages=True,
    retention_days=90,
    allows_direct=False,
    budget=Budget(Spent(tokens=412_000, calls=96), Limit(tokens=2_000_000)),
)
_MEMBER = replace(_AROUND, manages=False, budget=None)
_SET = Configuration(
    ServerSettings(
        ask_channels=(_TEXT, _NEWS, _LOST),
        ask_roles=(1, _ROLE, _LOST),
        auto_channels=(_NEWS,),
        desk_channel=_TEXT,
        language="fr",
        cooldown=30,
        retention_days=1,
        day_tokens=5_000,
    ),
    parse_recency("strong"),
    public=True,
)
_UNSET = Configuration(ServerSettings(), Recency(), public=False)
_ALL = (
    "ask_channels", "ask_roles", "moderator_roles", "auto_channels", "desk_channel",
    "private_by_default", "language", "recency", "retract", "direct_messages", "public", "cooldown",
    "day_tokens", "retention_days",
)  # fmt: skip


def _setting(key: str) -> Setting:
    found = find_setting(key)
    assert found is not None
    return found


def _change(key: str, was: Value, wanted: Value, around: Surroundings = _AROUND) -> Sample:
    return lambda: render_change(_setting(key), was, wanted, around, "t1", "Somebody was faster.")


def _values(around: Surroundings, *pairs: tuple[str, Value]) -> Sample:
    def write() -> str:
        lines = []
        for key, value in pairs:
            said = say_done(_setting(key), value, around)
            lines.append(f"{said} | {write_value(_setting(key), value, around)}")
        return "\n".join(lines)

    return write


CONFIG: dict[str, Sample] = {
    "config": lambda: render_panel(_SET, _AROUND, "**Language** is set: Français"),
    "config-unset": lambda: render_panel(_UNSET, _MEMBER),
    **{
        f"config-{key}": lambda key=key: render_setting(_setting(key), _SET, _AROUND, "Unchanged.")  # type: ignore[misc]
        for key in _ALL
    },
    **{
        f"config-{key}-unset": lambda key=key: render_setting(_setting(key), _UNSET, _MEMBER)  # type: ignore[misc]
        for key in _ALL
    },
    "config-change-public": _change("public", False, True),
    "config-change-back": _change("public", True, False),
    "config-change-channels": _change("auto_channels", (), (_TEXT, _NEWS)),
    "config-change-many-channels": _change("ask_channels", tuple(range(30)), tuple(range(40))),
    "config-change-desk": _change("desk_channel", None, _TEXT),
    "config-change-retention": _change("retention_days", None, 3000),
    "config-number-form": lambda: make_number_form(_setting("retention_days"), "90"),
    "config-number-form-set": lambda: make_number_form(_setting("cooldown"), "x"),
    "config-values": _values(
        _AROUND,
        ("ask_channels", tuple(range(7))),
        ("ask_channels", (_TEXT, _LOST)),
        ("ask_roles", (_ROLE,)),
        ("cooldown", 1),
        ("cooldown", 0),
        ("retention_days", 1200),
        ("retention_days", None),
        ("day_tokens", 3_000_000),
        ("day_tokens", 1),
        ("day_tokens", None),
        ("desk_channel", None),
        ("direct_messages", True),
        ("direct_messages", False),
        ("recency", "off"),
        ("recency", "mild"),
        ("recency", "7"),
        ("language", "auto"),
        ("language", "xx"),
    ),
    "config-values-unbounded": _values(
        replace(_AROUND, allows_direct=True, budget=Budget(Spent(), Limit())),
        ("direct_messages", True),
        ("day_tokens", None),
        ("day_tokens", 10),
    ),
}
_STATS = Stats(
    days=tuple(Day(date(2031, 6, 4 + n), n, 2 * (n % 2)) for n in range(7)),
    refusals=(("nothing_found", 4), ("too_old", 1200)),
    helpful=3,
    not_helpful=1,
    median_ms=412.0,
    tail_ms=2210.0,
    cited=(Cited("a", "The *Tern* Bridge", 7), Cited("b", "", 1)),
)
_BARE_STATS = Stats(days=(Day(date(2031, 12, 31), 1, 0),))
STATS: dict[str, Sample] = {
    "stats": lambda: render_stats(_STATS, b"picture", kept_days=5),
    "stats-words": lambda: render_stats(replace(_STATS, median_ms=None), None, kept_days=7),
    "stats-bare": lambda: render_stats(_BARE_STATS, b"picture", kept_days=1),
    "stats-none": lambda: render_stats(Stats(days=_STATS.days[:1]), None, kept_days=1),
    "stats-described": lambda: describe_stats(replace(_BARE_STATS, cited=_STATS.cited[1:])),
}
_STALE = ChangedAnswer(_SENT, "Tern Bridge", "It opened on *Tuesday*.", is_gone=False)
_STALE_GONE = ChangedAnswer(_PRIVATE, "", "At nine.", is_gone=True)


def _corrected(answer: Answer) -> Sample:
    return lambda: render_corrected(answer, "r1", text="It was *Wednesday*.\nYes.", at=NOW)


def _with_titles(answer: Answer, length: int) -> Answer:
    citations = tuple(
        replace(each, quote=replace(each.quote, title="T" * length, version_id=f"v{n}"))
        for n, each in enumerate(answer.citations)
    )
    return replace(answer, citations=citations)


WATCH: dict[str, Sample] = {
    "watch-changed": lambda: render_changed([_STALE, _STALE_GONE], "b1"),
    "watch-changed-one": lambda: render_changed([_STALE], "b1"),
    "watch-changed-many": lambda: render_changed([_STALE] * 12, "b1"),
    "watch-marking": lambda: render_marking(3, 9),
    "watch-marked": lambda: render_marked(1, 0, 0),
    "watch-marked-some": lambda: render_marked(2, 3, 1),
    "watch-left": lambda: render_decided(1, left=True),
    "watch-decided": lambda: render_decided(2, left=False),
    "corrected": _corrected(bridge_answer()),
    "corrected-long": _corrected(_LONG_ANSWER),
    "corrected-tight": _corrected(_with_titles(bridge_answer(), 140)),
    "corrected-crowded": _corrected(crowded(60)),
    "corrected-long-titles": _corrected(_with_titles(bridge_answer(), 900)),
    "outdated": lambda: render_outdated(bridge_answer(), "r1"),
    "outdated-wordless": lambda: render_outdated(
        replace(bridge_answer(), question=replace(bridge_answer().question, text="\u200b")), "r1"
    ),
    "watch-wordless": lambda: render_changed([replace(_STALE, sent=_ASKED_NOTHING)], "b1"),
    "outdated-pointer": lambda: render_pointer(render_outdated(bridge_answer(), "r1")),
}
CARDS: dict[str, Sample] = NOTES | GAPS | FEEDBACK | ARTICLES | CONFIG | STATS | WATCH
