"""The language of a text, or None rather than a guess."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given

from index.language import detect_language, language_name
from tests.fakes.shared import shared_path
from tests.fakes.texts import texts

SENTENCES = {
    "en": "The harbour council met on Tuesday to discuss whether the old pier should be rebuilt.",
    "de": "Der Hafenrat trat am Dienstag zusammen, um über den alten Pier und seine Zukunft zu "
    "beraten.",
    "fr": "Le conseil du port s'est réuni mardi pour décider si l'ancienne jetée devait être "
    "reconstruite.",
    "es": "El consejo del puerto se reunió el martes para decidir si el viejo muelle debía "
    "reconstruirse.",
    "it": "Il consiglio del porto si è riunito martedì per decidere se il vecchio molo debba "
    "essere ricostruito.",
    "pt": "O conselho do porto reuniu-se na terça-feira para decidir se o velho cais deve ser "
    "reconstruído.",
    "nl": "De havenraad kwam dinsdag bijeen om te bespreken of de oude pier herbouwd moet worden.",
    "pl": "Rada portu zebrała się we wtorek, aby zdecydować, czy stare molo powinno zostać "
    "odbudowane.",
    "sv": "Hamnrådet sammanträdde på tisdagen för att diskutera om den gamla piren skulle "
    "byggas om.",
    "tr": "Liman meclisi salı günü eski iskelenin yeniden inşa edilip edilmeyeceğini görüşmek "
    "üzere toplandı.",
    "ru": "Совет порта собрался во вторник, чтобы решить, следует ли восстановить старый причал.",
    "uk": "Рада порту зібралася у вівторок, щоб вирішити, чи слід відбудувати старий причал до "
    "зими.",
    "ar": "اجتمع مجلس الميناء يوم الثلاثاء لمناقشة ما إذا كان ينبغي إعادة بناء الرصيف القديم "
    "قبل الشتاء.",
    "zh": "港务委员会周二开会讨论旧码头应该重建还是在冬天之前拆除。委员们一致认为需要更多时间来研究"
    "这个问题并听取居民的意见和建议以及专家的看法。",
    "ja": "港湾評議会は火曜日に会合を開き、古い桟橋を冬の前に再建すべきか取り壊すべきかを"
    "話し合った。住民の意見も聞く予定である。委員長は来月までに結論を出すと述べた。",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_or_two_tell_the_language(code: str) -> None:
    assert detect_language(SENTENCES[code]) == code
    assert detect_language(f"{SENTENCES[code]}\n\n" * 100) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Yes.",
        "The pier is closed today.",
        "2024 1,234 55.3 77 % 2023 1,111 44.2 66 %" * 20,
        "😀😃😄😁😆" * 100,
        "Keir Starmer, Emmanuel Macron, Olaf Scholz, Giorgia Meloni, Donald Tusk, Pedro Sánchez",
        "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez",
        "for (int i = 0; i < n; ++i) { std::vector<int> v(n); v.push_back(i); } return x->next;",
        "https://example.org/the-council-has-met-to-speak-of-the-old-pier and@example.org " * 5,
        "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q" * 20,
    ],
)
def test_too_little_or_no_language_at_all_gives_none(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize("times", [1, 50])
def test_a_text_in_two_languages_gives_none(times: int) -> None:
    assert detect_language(f"{SENTENCES['en'] * times} {SENTENCES['de'] * times}") is None


def test_what_stands_between_the_samples_of_a_long_text_does_not_matter() -> None:
    english, russian = SENTENCES["en"] * 20, SENTENCES["ru"] * 10

    assert detect_language(english * 2 + russian + english * 6 + russian + english * 2) == "en"


def test_small_slips_into_another_language_do_not_matter() -> None:
    assert detect_language(f"{SENTENCES['de'] * 4} Time is money, as they say.") == "de"


def test_threads_that_come_first_at_once_share_one_model() -> None:
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from py3langid.langid import LanguageIdentifier as Model\n"
        "from index.language import detect_language\n"
        "load, loads = Model.from_model_file, []\n"
        "Model.from_model_file = lambda *a, **k: loads.append(1) or load(*a, **k)\n"
        f"texts = [{SENTENCES['de']!r}] * 32\n"
        "with ThreadPoolExecutor(8) as pool: found = set(pool.map(detect_language, texts))\n"
        "print(found, len(loads))\n"
    )
    folder = Path(__file__).resolve().parents[2]
    out = subprocess.check_output([sys.executable, "-c", program], cwd=folder, text=True)

    assert out.strip() == "{'de'} 1"


def test_threads_do_not_mix_up_their_texts() -> None:
    codes = list(SENTENCES) * 8
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect_language, (SENTENCES[code] for code in codes))) == codes


def test_the_model_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, index.language as l; l.detect_language('Yes.'); print(*sys.modules)"
    folder = Path(__file__).resolve().parents[2]
    modules = subprocess.check_output([sys.executable, "-c", program], cwd=folder, text=True)

    assert "index.language" in modules
    assert "py3langid" not in modules


@given(texts())
def test_any_text_gives_a_code_with_a_name_or_none(text: str) -> None:
    code = detect_language(text)

    assert code is None or (len(code) == 2 and language_name(code).istitle())


def test_names_are_for_people() -> None:
    assert language_name("de") == "German"
    assert language_name("qqq") == "qqq"


def test_real_articles_in_english_are_found_to_be_english() -> None:
    data = gzip.decompress(shared_path("eval/newshop_dev/articles.jsonl.gz").read_bytes())
    found = Counter(detect_language(json.loads(row)["text"]) for row in data.splitlines())

    # One speaks of typography in placeholder text, which is Latin.
    assert set(found) <= {"en", "la", None}
    assert found["en"] >= found.total() - 2
