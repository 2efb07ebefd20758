"""Which language a text is in, or an honest None; py3langid's model, loaded on first use."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

FEWEST_LETTERS = 60
# Parts of a text in one language agree. Where one of three differs, the mean stays below this.
SURE = 0.7

_PARTS = 3
_LETTERS_OF_A_PART = 40
_LONGEST_PART = 1_000
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+")
_LOADING = threading.Lock()
# Varieties that the model tells apart and ISO 639-1 or our readers do not.
_VARIETIES = {"ary": "ar", "arz": "ar", "nn": "no", "uzs": "uz", "wuu": "zh", "yue": "zh"}
_NAMES = dict(
    pair.split(":")
    for pair in """
    af:Afrikaans am:Amharic an:Aragonese ar:Arabic as:Assamese az:Azerbaijani ba:Bashkir
    be:Belarusian bg:Bulgarian bn:Bengali br:Breton bs:Bosnian ca:Catalan cs:Czech cy:Welsh
    da:Danish de:German dz:Dzongkha el:Greek en:English eo:Esperanto es:Spanish et:Estonian
    eu:Basque fa:Persian fi:Finnish fo:Faroese fr:French fy:Frisian ga:Irish gd:Gaelic
    gl:Galician gu:Gujarati ha:Hausa he:Hebrew hi:Hindi hr:Croatian ht:Haitian hu:Hungarian
    hy:Armenian id:Indonesian ig:Igbo is:Icelandic it:Italian ja:Japanese jv:Javanese
    ka:Georgian kk:Kazakh km:Khmer kn:Kannada ko:Korean ku:Kurdish ky:Kyrgyz la:Latin
    lb:Luxembourgish lg:Ganda ln:Lingala lo:Lao lt:Lithuanian lv:Latvian mg:Malagasy
    mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese my:Burmese
    ne:Nepali nl:Dutch no:Norwegian oc:Occitan om:Oromo or:Odia pa:Punjabi pl:Polish
    ps:Pashto pt:Portuguese qu:Quechua ro:Romanian ru:Russian rw:Kinyarwanda sa:Sanskrit
    se:Sami si:Sinhala sk:Slovak sl:Slovene sn:Shona so:Somali sq:Albanian sr:Serbian
    st:Sotho sv:Swedish sw:Swahili ta:Tamil te:Telugu tg:Tajik th:Thai tk:Turkmen
    tl:Tagalog tr:Turkish tt:Tatar ug:Uyghur uk:Ukrainian ur:Urdu uz:Uzbek vi:Vietnamese
    vo:Volapük wa:Walloon xh:Xhosa yo:Yoruba zh:Chinese zu:Zulu
    """.split()
)


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language a text is in, such as "en".

    Looks at no more than 3,000 characters: of the start, the middle and the end.

    Returns:
        None for fewer than 60 letters, and for what is no language or more than one: code,
        names, lists of numbers, mixed texts.
    """
    samples = _samples_of(text)
    if sum(len(_LETTER.findall(sample)) for sample in samples) < FEWEST_LETTERS:
        return None
    sums: dict[str, float] = {}
    for sample in samples:
        for code, share in rank_languages(sample):
            sums[code] = sums.get(code, 0.0) + share
    best = max(sums, key=sums.__getitem__)
    return best if best in _NAMES and sums[best] >= SURE * len(samples) else None


def rank_languages(text: str) -> list[tuple[str, float]]:
    """The model's share for each language of a text; they sum up to 1. Short texts mislead it."""
    return [(_VARIETIES.get(code, code), share) for code, share in _identifier().rank(text)]


def language_name(code: str) -> str:
    """The English name of a language: "German" for "de"; the code itself where unknown."""
    return _NAMES.get(code, code)


def _samples_of(text: str) -> list[str]:
    """Up to three stretches of a text, without addresses; fewer of a short one."""
    if len(text) > _PARTS * _LONGEST_PART:
        last = len(text) - _LONGEST_PART
        starts = [last * part // (_PARTS - 1) for part in range(_PARTS)]
        return [_ADDRESS.sub(" ", text[start : start + _LONGEST_PART]) for start in starts]
    text = _ADDRESS.sub(" ", text)
    parts = min(_PARTS, max(1, len(_LETTER.findall(text)) // _LETTERS_OF_A_PART))
    size = max(1, -(-len(text) // parts))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _identifier() -> LanguageIdentifier:
    # Threads that come at the same time wait for one model instead of loading several.
    with _LOADING:
        return _load()


@cache
def _load() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - slow to import

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
