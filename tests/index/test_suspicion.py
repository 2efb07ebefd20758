"""Moderators hear of what looks wrong, and are not called for ordinary articles."""

import gzip
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Article
from index.reading.parsing import Document, parse_article
from index.suspicion import find_suspicions
from tests.fakes.shared import shared_path
from tests.fakes.texts import texts

ENGLISH = "The harbour council met on Tuesday to discuss whether the old pier should be rebuilt. "
GERMAN = (
    "Der Hafenrat trat am Dienstag zusammen, um über den alten Pier und seine Zukunft zu reden. "
)

LOGIN = "It looks like a login page, not like an article."
ERROR = "It looks like an error page, not like an article."
COOKIES = "It looks like a cookie wall, not like an article."
BOTS = "It looks like a check against bots, not like an article."


def article(text: str, title: str = "Pier", published_at: str | None = "2025-04-29") -> Article:
    return Article("pier", title, text, published_at)


def suspicions(text: str, title: str) -> tuple[str, ...]:
    return find_suspicions(None, article(text, title), fetched=True)


def test_an_article_that_shrank_by_more_than_four_fifths_is_named_with_both_lengths() -> None:
    old = article("x" * 5_210)

    assert find_suspicions(old, article("x" * 312), fetched=False) == (
        "It shrank from 5,210 to 312 characters (94 % less).",
    )


@pytest.mark.parametrize(("length", "is_odd"), [(199, True), (200, False), (1_000, False)])
def test_shrinking_counts_from_more_than_80_per_cent_on(length: int, is_odd: bool) -> None:
    old = article("x" * 1_000)

    assert bool(find_suspicions(old, article("x" * length), fetched=False)) == is_odd


def test_an_article_that_lost_its_date_is_named() -> None:
    old, new = article("It is open."), article("It is open.", published_at=None)

    assert find_suspicions(old, new, fetched=False) == ("It has lost its date.",)
    assert find_suspicions(new, old, fetched=False) == ()
    assert find_suspicions(None, new, fetched=False) == ()


def test_a_change_of_language_is_named() -> None:
    old, new = article(ENGLISH * 5), article(GERMAN * 5)

    assert find_suspicions(old, new, fetched=False) == (
        "Its language changed from English to German.",
    )


def test_a_text_too_short_to_tell_has_not_changed_its_language() -> None:
    assert find_suspicions(article("The pier."), article("Der Pier."), fetched=False) == ()


def test_languages_written_much_alike_do_not_raise_an_alarm() -> None:
    danish = "Havnerådet mødtes tirsdag for at drøfte, om den gamle mole skulle genopbygges. "
    norwegian = "Havnerådet møttes tirsdag for å drøfte om den gamle moloen skulle bygges opp. "

    assert find_suspicions(article(danish * 9), article(norwegian * 9), fetched=False) == ()


def test_several_things_are_told_each_in_a_sentence() -> None:
    old = article(ENGLISH * 50)
    new = article("The page you requested may have been moved or deleted.", "404 Not Found", None)

    assert find_suspicions(old, new, fetched=True) == (
        ERROR,
        f"It shrank from {len(old.text):,} to 54 characters (98 % less).",
        "It has lost its date.",
    )


PAGES = [
    (
        LOGIN,
        "Log in | Harbour Post",
        "Username\n\nPassword\n\nRemember me\n\nForgot your password?",
    ),
    (
        LOGIN,
        "The pier is closed",
        "Sign in to continue reading.\n\nContinue with Google\n\nDon’t have an account? Join now.",
    ),
    (LOGIN, "Anmelden", "Bitte melden Sie sich an. E-Mail-Adresse: Passwort: Passwort vergessen?"),
    (LOGIN, "Connexion", "Identifiant\nMot de passe\nMot de passe oublié ?\nCréer un compte"),
    (LOGIN, "Acceso", "Usuario: Contraseña: ¿Olvidaste tu contraseña? ¿No tienes cuenta?"),
    (LOGIN, "Accedi", "Nome utente: Password: Ricordami. Hai dimenticato la password?"),
    (LOGIN, "Entrar", "E-mail / Senha. Esqueceu a senha? Não tem uma conta? Criar conta."),
    (LOGIN, "Inloggen", "Gebruikersnaam: Wachtwoord: Wachtwoord vergeten? Nog geen account?"),
    (LOGIN, "Zaloguj się", "E-mail: Hasło: Nie pamiętasz hasła? Nie masz konta? Załóż konto."),
    (LOGIN, "Вход", "Логин: Пароль: Забыли пароль? Запомнить меня. Зарегистрируйтесь."),
    (ERROR, "404 Not Found", "The requested URL was not found on this server."),
    (
        ERROR,
        "Page not found – Harbour Post",
        (
            "Sorry, the page you’re looking for may have been moved or deleted. Try searching "
            "for it, or go back to the homepage."
        ),
    ),
    (ERROR, "503 Service Unavailable", "The server is temporarily unable. Please try again later."),
    (ERROR, "Access denied", "You don't have permission to access this page. Error code: 1020."),
    (
        ERROR,
        "Seite nicht gefunden",
        "Die von Ihnen gesuchte Seite existiert nicht mehr. Zur Startseite",
    ),
    (ERROR, "Page introuvable", "La page que vous recherchez n’existe plus. Retour à l’accueil"),
    (ERROR, "Página no encontrada", "La página que buscas no existe o ha cambiado."),
    (ERROR, "Pagina non trovata", "La pagina che stai cercando non esiste o è stata rimossa."),
    (ERROR, "Página não encontrada", "A página que procura não existe ou foi removida."),
    (ERROR, "Pagina niet gevonden", "De pagina die je zoekt bestaat niet meer."),
    (ERROR, "Nie znaleziono strony", "Strona, której szukasz, nie istnieje lub została usunięta."),
    (ERROR, "Sidan hittades inte", "Sidan du letar efter finns inte eller har flyttats."),
    (
        COOKIES,
        "Before you continue",
        (
            "We and our 842 partners use cookies for personalised ads. Some rely on legitimate "
            "interest. You may withdraw your consent at any time.\n\nAccept all\n\nReject all\n\n"
            "Manage preferences"
        ),
    ),
    (
        COOKIES,
        "Harbour Post",
        (
            "Wir und unsere Partner verwenden Cookies für personalisierte Werbung.\n\n"
            "Alle akzeptieren\n\nEinstellungen verwalten"
        ),
    ),
    (
        COOKIES,
        "Le Port",
        "Nous et nos 120 partenaires utilisons des traceurs.\nTout accepter\nGérer mes choix",
    ),
    (COOKIES, "El Muelle", "Utilizamos cookies propias.\nAceptar todas\nConfigurar cookies"),
    (COOKIES, "Il Molo", "Noi e i nostri partner usiamo i cookie.\nAccetta tutti\nPersonalizza"),
    (COOKIES, "De Kade", "Wij gebruiken cookies.\nAlles accepteren\nInstellingen beheren"),
    (
        BOTS,
        "Just a moment...",
        (
            "Verify you are human by completing the action below. The site needs to review the "
            "security of your connection before proceeding. Ray ID: 8f3b21c9aa"
        ),
    ),
    (BOTS, "harbour.example", "Checking your browser. Enable JavaScript and cookies to continue."),
    (
        BOTS,
        "Sicherheitsprüfung",
        "Bitte aktivieren Sie JavaScript. Bestätigen Sie, dass Sie ein Mensch sind.",
    ),
    (
        BOTS,
        "Un instant",
        "Nous vérifions votre navigateur. Veuillez activer JavaScript et patienter.",
    ),
]


@pytest.mark.parametrize(("sentence", "title", "text"), PAGES)
def test_pages_that_are_no_articles_are_named_in_many_languages(
    sentence: str, title: str, text: str
) -> None:
    assert suspicions(text, title) == (sentence,)


@pytest.mark.parametrize(("_", "title", "text"), PAGES[::6])
def test_files_are_not_taken_for_such_pages(_: str, title: str, text: str) -> None:
    assert find_suspicions(None, article(text, title), fetched=False) == ()


@pytest.mark.parametrize(("_", "title", "text"), PAGES[::6])
def test_a_page_that_was_accepted_before_is_not_asked_about_again(
    _: str, title: str, text: str
) -> None:
    old, new = article(text, title), article(f"{text} Thank you.", title)

    assert find_suspicions(old, new, fetched=True) == ()


ABOUT = [
    (
        "Passwords leaked",
        (
            "Thousands of passwords leaked last night. Users should change their password at once "
            "and never use one password twice. Forgotten passwords are the most common call to the "
            "help desk, says the agency, and a remembered one is often weak."
        ),
    ),
    (
        "How to log in",
        (
            "Members log in with their library card. Enter the number on its back and the year of "
            "your birth. Whoever forgets the card asks at the desk, where a new account is made."
        ),
    ),
    (
        "What a 404 error means",
        (
            "A server answers 404 when it knows no page at an address. The page may never have "
            "been there, or somebody deleted it. A good site tells its readers what happened and "
            "offers a search. Mistyped addresses cause most of these errors, a study of 2019 found."
        ),
    ),
    (
        "The site was down on Monday",
        (
            "Our site was down from nine to eleven on Monday because a disk was full. No articles "
            "were lost. We have added a second disk and an alarm, and we are sorry."
        ),
    ),
    (
        "Regulator fines publisher over cookies",
        (
            "The regulator fined a publisher because its banner had no way to reject cookies as "
            "easily as to accept them. The publisher and its partners must ask again by May."
        ),
    ),
    (
        "Captchas are hard for people, too",
        (
            "Proving that one is human has become harder than it is for machines. Researchers gave "
            "captchas to 1,400 people and to a program; the program solved more of them."
        ),
    ),
    (
        "Cookies",
        (
            "Mix butter and sugar. Add the eggs, then flour, and bake the cookies for ten minutes. "
            "Let all of them cool before anybody eats one."
        ),
    ),
    ("Just a moment", "A poem of nine lines about the minute before the ferry leaves the pier."),
    (
        "Kennwörter sicher wählen",
        (
            "Ein Kennwort soll lang sein. Wer sein Kennwort vergessen hat, bekommt am Schalter ein "
            "neues. Die Seite des Amtes erklärt, wie man sich anmeldet."
        ),
    ),
]


@pytest.mark.parametrize(("title", "text"), ABOUT)
def test_short_articles_about_such_pages_are_articles(title: str, text: str) -> None:
    assert suspicions(text, title) == ()


@given(texts(), st.sampled_from([page[2] for page in PAGES]))
def test_a_long_article_is_never_taken_for_such_a_page_even_if_it_quotes_one(
    text: str, page: str
) -> None:
    long = f"{text}\n\n{page}\n\n{ENGLISH * 30}"
    new = Article("pier", "Page not found", long, "2025-04-29")

    assert find_suspicions(None, new, fetched=True) == ()


@given(texts(), texts(), st.booleans())
def test_any_two_texts_give_whole_sentences(old: str, new: str, fetched: bool) -> None:
    found = find_suspicions(article(old), article(new), fetched=fetched)

    assert all(line.startswith("It") and line.endswith(".") and "\n" not in line for line in found)
    assert find_suspicions(article(old), article(old), fetched=fetched) == ()


def real_articles() -> Iterator[Article]:
    data = gzip.decompress(shared_path("eval/newshop_dev/articles.jsonl.gz").read_bytes())
    for row in map(json.loads, data.splitlines()):
        yield Article(row["id"], row["title"], row["text"], row["published_at"])
    folder = shared_path("eval/html_extraction")
    for row in map(json.loads, (folder / "ground_truth.jsonl").read_bytes().splitlines()):
        page = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
        yield parse_article(page, Document("page.html", row["id"], url=row["url"]))
    for file in sorted(shared_path("eval/articles_markdown").glob("*.md")):
        yield parse_article(file.read_bytes(), Document(file.name, file.stem))


def test_no_real_article_raises_an_alarm_whole_or_cut_short() -> None:
    articles = list(real_articles())
    found = []
    for each in articles:
        short = Article(each.id, each.title, each.text[:400], each.published_at)
        found += [s for new in (each, short) for s in find_suspicions(None, new, fetched=True)]

    assert len(articles) == 1_434 + 91 + 309
    assert found == []
