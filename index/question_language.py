"""The language of a question, which may have few words; sure, or silent."""

from __future__ import annotations

import re
import unicodedata

from index.language import rank_languages

# Words that hold sentences together: a short question has them when it has little else.
_HOLDING = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the of is are was were who what when where why which how did does do has have had "
        "in on at for with and or to from by an a it its his her their this that there be been "
        "i you we they he she my your our can will would about most many much into after before",
        "de": "der die das den dem des und ist sind wer wie was wann wo warum wieso welche welcher "
        "welches wurde wurden hat haben hatte ein eine einen einem einer für mit von nicht auf im "
        "zum zur vom bei nach es gibt viele wird werden sich aus über als auch ich wir man kann",
        "fr": "qui que quoi quand où pourquoi comment quel quelle quels quelles est sont les des "
        "une un dans pour avec était combien le la du et sur ce cette il elle au aux pas ont qu "
        "l d en y t se sa son ses par plus quelqu peut faut je nous vous",
        "es": "quién quien quiénes qué que cuándo cuando dónde donde cuál cuáles cuántos cuántas "
        "cómo como el los las la una un es son por con para del de fue en y se su al está hay "
        "cuánto ha han qué más porque se puede yo nos",
        "it": "chi che quando dove perché quale quali quanti quante come il lo gli la le della "
        "del dei delle di è sono una un nel nella con per stato cosa ha hanno si e da al su",
        "pt": "quem que quando onde qual quais quantos quantas como o os as uma um do da dos das "
        "em foi são é para não na no nas nos com por e se ao de está tem quanto",
        "nl": "wie wat wanneer waar waarom welke welk hoeveel het een van de zijn werd werden niet "
        "voor met hoe en op aan er heeft hebben bij naar uit over door kan ik",
        "pl": "kto co kiedy gdzie dlaczego jaki jaka jakie jest są w na i się ile był była było "
        "nie z do od o czy jak który która które został po przez dla",
        "sv": "vem vad när var varför vilken vilket vilka och är det som en ett hur inte på av för "
        "med till från många har hade blev den de om kan jag",
        "tr": "kim ne zaman nerede nasıl hangi ve bir mi mı mu kaç ile için neden bu şu o ki kadar "
        "olarak en hangisi nedir kimdir oldu",
    }.items()
}
_SCRIPTS = {
    "CYRILLIC": ("ru", "uk", "bg", "sr", "be", "mk"),
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "CJK": ("zh", "ja"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "GREEK": ("el",),
    "HEBREW": ("he",),
    "THAI": ("th",),
    "DEVANAGARI": ("hi", "mr", "ne"),
}
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 4
_FEWEST_HOLDING = 2
_FEWEST_LETTERS = 4
_LONGEST = 1_000
_MOST_OF_IT = 0.7
# So many times likelier than English.
_SURE = 20.0


def question_language(question: str) -> str | None:
    """The ISO 639-1 code of the language a question is in, or None where that is not sure."""
    text = question[:_LONGEST]
    scripted = _by_script(text)
    if scripted is not None:
        ranks = dict(rank_languages(text))
        return max(scripted, key=lambda code: ranks.get(code, 0.0))
    words = [w.lower() for w in _WORD.findall(text)]
    if len(words) < _FEWEST_WORDS:
        return None
    held = {code: len(_HOLDING[code].intersection(words)) for code in _HOLDING}
    best = max(held, key=held.__getitem__)
    if best == "en" or held[best] < _FEWEST_HOLDING:
        return "en" if best == "en" and held[best] >= _FEWEST_HOLDING else None
    english = len((_HOLDING["en"] - _HOLDING[best]).intersection(words))
    if held[best] <= 2 * english:
        return None
    ranks = dict(rank_languages(text))
    likeliest = max(_HOLDING, key=lambda code: ranks.get(code, 0.0))
    sure = ranks.get(likeliest, 0.0) > _SURE * ranks.get("en", 0.0)
    return likeliest if sure and held[likeliest] >= held[best] - 1 else None


def may_be_foreign(question: str) -> bool:
    """Whether it is worth a closer look: English does not hold the question together."""
    words = {w.lower() for w in _WORD.findall(question[:_LONGEST])}
    return len(_HOLDING["en"] & words) < _FEWEST_HOLDING or not question.isascii()


def _by_script(text: str) -> tuple[str, ...] | None:
    """The languages of the script that most of the letters are of; None for Latin."""
    letters = [ch for ch in text if ch.isalpha()]
    if len(letters) < _FEWEST_LETTERS:
        return None
    counts: dict[str, int] = {}
    for letter in letters:
        script = unicodedata.name(letter, "").split(" ")[0]
        counts[script] = counts.get(script, 0) + 1
    known = {script: count for script, count in counts.items() if script in _SCRIPTS}
    if sum(known.values()) < _MOST_OF_IT * len(letters):
        return None
    if "HIRAGANA" in known or "KATAKANA" in known:
        return _SCRIPTS["HIRAGANA"]
    return _SCRIPTS[max(known, key=known.__getitem__)]
