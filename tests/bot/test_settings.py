from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(
    clean_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)


def write_env(*lines: str) -> None:
    Path(".env").write_text("\n".join(lines), encoding="utf-8")


def mistakes(**overrides: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(overrides)
    return list(caught.value.mistakes)


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings()

    assert settings.data == Path(".footnote")
    assert settings.library == "default"
    assert settings.discord_token is None
    assert settings.fetch_allow_hosts == ()
    assert settings.log_json is None
    assert (settings.fetch_delay, settings.fetch_robots, settings.max_pages) == (1.0, True, 500)
    assert (settings.keep_editions, settings.keep_days) == (20, 90)
    assert settings.timezone == "UTC"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_env("FOOTNOTE_DATA=file", "FOOTNOTE_LIBRARY=file", "FOOTNOTE_PASSAGES=3")
    monkeypatch.setenv("FOOTNOTE_DATA", "environment")
    monkeypatch.setenv("FOOTNOTE_LIBRARY", "environment")

    settings = load_settings({"data": Path("given"), "library": None})

    assert (settings.data, settings.library, settings.passages) == (
        Path("given"),
        "environment",
        3,
    )


def test_values_are_read_as_people_write_them() -> None:
    write_env(
        "FOOTNOTE_FETCH_ALLOW_HOSTS= intranet , Wiki.Local ",
        "FOOTNOTE_LOG_JSON=auto",
        "FOOTNOTE_LOG_LEVEL=DEBUG",
        "FOOTNOTE_DISCORD_API=http://127.0.0.1:8080/api/v10/",
        f"DISCORD_TOKEN=' {TOKEN} '",
        "FOOTNOTE_PASSAGES=",
        "FOOTNOTE_DATA=~/notes",
        "FOOTNOTE_FETCH_ROBOTS=no",
        "FOOTNOTE_FETCH_DELAY=0",
        "FOOTNOTE_TIMEZONE=Europe/Vienna",
    )
    settings = load_settings()

    assert settings.fetch_allow_hosts == ("intranet", "wiki.local")
    assert settings.log_json is None
    assert settings.log_level == "debug"
    assert settings.discord_api == "http://127.0.0.1:8080/api/v10"
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.passages == 8
    assert settings.data == Path.home() / "notes"
    assert (settings.fetch_robots, settings.fetch_delay) == (False, 0.0)
    assert settings.timezone == "Europe/Vienna"


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../UTC", "/etc/localtime", "Europe", "a b"])
def test_a_time_zone_that_there_is_not_says_what_one_looks_like(zone: str) -> None:
    write_env(f"FOOTNOTE_TIMEZONE='{zone}'")

    assert mistakes() == [
        f"FOOTNOTE_TIMEZONE='{zone}': must name a time zone, such as UTC or Europe/Vienna"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "FOOTNOTE_FETCH_DELAY=-1",
        "FOOTNOTE_FETCH_ROBOTS=sometimes",
        "FOOTNOTE_KEEP_EDITIONS=0",
        "FOOTNOTE_KEEP_DAYS=-1",
        "FOOTNOTE_MAX_PAGES=0",
    ],
)
def test_values_out_of_range_are_refused(line: str) -> None:
    write_env(line)

    (mistake,) = mistakes()
    assert mistake.startswith(line.partition("=")[0])


@pytest.mark.parametrize("where", ["environment", "file"])
def test_an_unknown_variable_is_refused_and_the_nearest_is_named(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "environment":
        monkeypatch.setenv("FOOTNOTE_PASAGES", "3")
    else:
        write_env("FOOTNOTE_PASAGES=3")
    place = "the environment" if where == "environment" else ".env"

    assert mistakes() == [
        f"FOOTNOTE_PASAGES in {place} is not a setting; did you mean FOOTNOTE_PASSAGES?"
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("FOOTNOTE_DISCORD_TOKEN", "did you mean DISCORD_TOKEN?"),
        ("DISCORD_TOKN", "did you mean DISCORD_TOKEN?"),
        ("FOTNOTE_DATA", "did you mean FOOTNOTE_DATA?"),
        ("FOOTNOTE_XYZZY_QUUX", "see .env.example"),
    ],
)
def test_slips_in_the_file_are_refused_with_a_hint(name: str, hint: str) -> None:
    write_env(f"{name}=1")

    (line,) = mistakes()
    assert line.startswith(f"{name} in .env is not a setting; ")
    assert hint in line


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env("COMPOSE_PROJECT_NAME=x", "TZ=UTC")
    monkeypatch.setenv("DISCORD_WEBHOOK", "of another program")

    load_settings()


def test_each_mistake_is_one_readable_line(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env("FOOTNOTE_PASSAGES=many", "FOOTNOTE_DISCORD_API=discord.com")
    monkeypatch.setenv("FOOTNOTE_EMBED_WORKERS", "0")
    monkeypatch.setenv("FOOTNOTE_UNHEARD_OF", "1")

    lines = mistakes(library="../x")

    beginnings = [
        "FOOTNOTE_UNHEARD_OF in the environment is not a setting; see .env.example",
        "--library '../x': a library's name is 1 to 64 of a-z, 0-9",
        "FOOTNOTE_PASSAGES='many': input should be a valid integer",
        "FOOTNOTE_EMBED_WORKERS='0': input should be greater than or equal to 1",
        "FOOTNOTE_DISCORD_API='discord.com': must begin with https:// or http://",
    ]
    assert len(lines) == len(beginnings)
    for line, beginning in zip(lines, beginnings, strict=True):
        assert line.startswith(beginning)
        assert "\n" not in line


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"FOOTNOTE_DATA=\xff"])
def test_a_file_that_is_no_text_gives_one_line(content: bytes) -> None:
    Path(".env").write_bytes(content)

    (line,) = mistakes()
    assert line.startswith(".env cannot be read: ")


def test_the_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert TOKEN not in repr(load_settings())
    assert TOKEN not in str(load_settings().model_dump())

    monkeypatch.setenv("DISCORD_TOKEN", f"{TOKEN} {TOKEN}")
    (line,) = mistakes()
    assert line == "DISCORD_TOKEN: must be the token alone, without spaces"


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.passages = 3  # type: ignore[misc]
    assert isinstance(settings, Settings)


def test_a_language_model_that_is_unknown_suggests_a_near_one() -> None:
    write_env("FOOTNOTE_LLM=olama", "FOOTNOTE_LLM_MODEL=m")

    assert mistakes() == ["FOOTNOTE_LLM='olama': is not a kind of language model; did you mean ollama?"]  # fmt: skip  # noqa: E501


def test_any_class_can_be_the_language_model() -> None:
    write_env("FOOTNOTE_LLM=my.module:Model")

    assert load_settings().llm == "my.module:Model"


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (["FOOTNOTE_LLM=ollama"], "FOOTNOTE_LLM_MODEL"),
        (["FOOTNOTE_LLM=openai_like", "FOOTNOTE_LLM_MODEL=m"], "FOOTNOTE_LLM_URL"),
        (["FOOTNOTE_LLM=Anthropic", "FOOTNOTE_LLM_MODEL=m"], "FOOTNOTE_LLM_KEY"),
        (
            ["FOOTNOTE_LLM=ollama", "FOOTNOTE_LLM_MODEL=m", "FOOTNOTE_LLM_DAY_MONEY=1"],
            "FOOTNOTE_LLM_PRICE_IN",
        ),
    ],
)
def test_a_language_model_without_what_it_needs_says_what_is_missing(
    lines: list[str], named: str
) -> None:
    write_env(*lines)

    (mistake,) = mistakes()

    assert mistake.startswith(named)


@pytest.mark.parametrize(
    "line",
    [
        "FOOTNOTE_LLM_KEY=sk secret",
        "FOOTNOTE_LLM_URL=http://user:secret@host/v1",
        "FOOTNOTE_LLM_URL=http://host/v1?key=secret",
        "FOOTNOTE_LLM_URL=secret",
        'FOOTNOTE_LLM_OPTIONS={"default_headers": {"x": "secret"}',
    ],
)
def test_a_wrong_value_that_may_hold_a_key_is_not_repeated(line: str) -> None:
    write_env(line)

    (mistake,) = mistakes()

    assert "secret" not in mistake
    assert mistake.startswith(line.partition("=")[0])


def test_no_key_stands_in_what_settings_look_like() -> None:
    write_env(
        "FOOTNOTE_LLM_KEY=sk-secret",
        'FOOTNOTE_LLM_OPTIONS={"default_headers": {"x": "sk-secret"}}',
    )

    settings = load_settings()

    assert settings.llm_options == {"default_headers": {"x": "sk-secret"}}
    assert "sk-secret" not in repr(settings)
