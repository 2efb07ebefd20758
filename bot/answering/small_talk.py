"""Knows what is no question to the articles: a greeting, thanks, a wish for another language.

A short list in several languages. A text counts only where nothing else is in it.
"""

from __future__ import annotations

import re

_LONGEST = 100
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# Phrases of more than one word are written with "_".
_TALK = """
    hi hello hey hiya howdy greetings hullo moin servus hallo hola bonjour bonsoir salut coucou
    ciao olá ola hej привет здравствуйте 你好 こんにちは good_morning good_afternoon good_evening
    good_night good_day guten_morgen guten_tag guten_abend gute_nacht buenos_días buenos_dias
    buenas_tardes buenas_noches buongiorno bom_dia
    thanks thank_you thank_u thx ty cheers merci danke gracias grazie obrigado obrigada спасибо
    tack 谢谢 ありがとう much_appreciated
    ok okay okey k yes yeah yep yup no nope nah ja nein oui non sí si claro vale да нет
    d'accord in_ordnung sure alright all_right right great cool fine perfect awesome excellent
    super wow lol haha hmm hm oh ah got_it i_see understood makes_sense never_mind nevermind
    well_done good_bot nice_one very_nice no_problem you_too sorry you're_welcome
    you_are_welcome that's_all that_is_all that's_great that's_good
    bye goodbye good_bye see_you tschüss auf_wiedersehen adiós adios au_revoir hasta_luego
    arrivederci
    how_are_you how_are_you_doing how_do_you_do how's_it_going how_is_it_going what's_up whats_up
    wie_geht's wie_geht_es_dir ça_va comment_ça_va comment_allez_vous qué_tal que_tal cómo_estás
    como_estas who_are_you what_are_you are_you_there are_you_a_bot are_you_human are_you_real
    anyone_there anybody_there test testing ping help
"""
# Beside the above, never alone.
_BESIDE = """
    there all everyone everybody bot footnote friend again so_much very_much a_lot very please
    pls schön sehr vielen muchas muchísimas beaucoup mille for_that for_your_help for_the_help
    for_the_answer today now and y et und then well you my bitte por_favor dear
"""
_LANGUAGES = """
    english german french spanish italian portuguese dutch russian chinese japanese polish swedish
    turkish arabic ukrainian norwegian danish englisch deutsch französisch spanisch anglais
    allemand français francais espagnol inglés ingles alemán aleman francés frances español
    espanol italiano английском русском немецком
"""
_IN = frozenset("in auf en into to em на по".split())
_ASKING_FOR_IT = """
    please pls bitte por_favor s'il_vous_plaît s'il_te_plaît s'il_vous_plait and y et und now
    can_you could_you would_you will_you say answer write speak tell_me repeat reply respond it
    that this again translate
"""

_FRIENDLY = (
    "I answer questions from this library's articles. "
    "Ask me something about what they tell, in a whole question."
)
_OWN_WORDS = (
    "I can only quote the articles in their own language. "
    "Ask me something about what they tell, in a whole question."
)

_Phrases = frozenset[tuple[str, ...]]


def _phrases(*lists: str) -> _Phrases:
    return frozenset(tuple(entry.split("_")) for entry in " ".join(lists).split())


_TALK_PHRASES = _phrases(_TALK)
_ALL_TALK = _TALK_PHRASES | _phrases(_BESIDE)
_LANGUAGE_WORDS = frozenset(_LANGUAGES.split())
_WISHES = _phrases(_ASKING_FOR_IT, _LANGUAGES) | {(word,) for word in _IN}
_LONGEST_PHRASE = max(map(len, _ALL_TALK | _WISHES))


def reply_to_small_talk(text: str, before: str = "") -> str | None:
    """What to say to a text that asks the articles nothing; None for a question.

    Args:
        text: What somebody wrote.
        before: The last question: "and in Spanish?" goes on with one about a language.
    """
    if len(text) > _LONGEST:
        return None
    words = _words_of(text)
    found = _cover(words, _ALL_TALK)
    if found and found & _TALK_PHRASES:
        return _FRIENDLY
    if _wishes_language(words) and not _LANGUAGE_WORDS.intersection(_words_of(before)):
        return _OWN_WORDS
    return None


def _words_of(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _wishes_language(words: list[str]) -> bool:
    """Whether it is "in English please" or "translate that", and nothing but that."""
    found = _cover(words, _WISHES)
    if not found:
        return False
    named = [place for place, word in enumerate(words) if word in _LANGUAGE_WORDS]
    asked = any(place and words[place - 1] in _IN for place in named)
    polite = bool(named) and bool(found & _phrases("please pls bitte por_favor"))
    return asked or polite or words[0] == "translate"


def _cover(words: list[str], phrases: _Phrases) -> set[tuple[str, ...]] | None:
    """The phrases that a text consists of, the longest first; None where words are left."""
    found: set[tuple[str, ...]] = set()
    at = 0
    while at < len(words):
        sizes = range(min(_LONGEST_PHRASE, len(words) - at), 0, -1)
        size = next((n for n in sizes if tuple(words[at : at + n]) in phrases), 0)
        if not size:
            return None
        found.add(tuple(words[at : at + size]))
        at += size
    return found
