from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor_reader import check_reader
from bot.settings import Settings, SettingsError, load_settings
from tests.fakes.command_line import Footnote
from tests.fakes.reader import Reader


@pytest.fixture(autouse=True)
def _clean_environment(clean_environment: None) -> None:
    pass


def settings(**given: object) -> Settings:
    return load_settings(given, env_file=Path("none"))


def test_the_reader_listens_on_this_machine_only_unless_told_otherwise() -> None:
    assert (settings().reader_host, settings().reader_port) == ("127.0.0.1", 8360)
    given = settings(reader_listen="[::]:80")
    assert (given.reader_host, given.reader_port) == ("::", 80)
    assert settings().reader_url is None


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://read.example.org/", "https://read.example.org"),
        ("https://example.org/articles/", "https://example.org/articles"),
        ("http://[::1]:8360", "http://[::1]:8360"),
    ],
)
def test_a_public_address_is_kept_without_its_last_slash(url: str, kept: str) -> None:
    assert settings(reader_url=url).reader_url == kept


@pytest.mark.parametrize(
    "url",
    [
        "read.example.org",
        "ftp://read.example.org",
        "https://user:secret@example.org",
        "https://example.org/?x=1",
        "https://example.org/#x",
        'https://example.org/"x',
        "https://example.org/" + "a" * 200,
    ],
)
def test_an_address_that_no_link_can_be_made_of_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="must"):
        settings(reader_url=url)


@pytest.mark.parametrize("listen", ["8360", ":8360", "127.0.0.1", "127.0.0.1:0", "x:99999", "x:é"])
def test_a_listening_address_needs_a_host_and_a_port(listen: str) -> None:
    with pytest.raises(SettingsError, match="address and a port"):
        settings(reader_listen=listen)


def test_the_command_hands_on_where_to_listen(footnote: Footnote) -> None:
    ended = footnote("reader", "--host", "::1", "--port", "8000")

    assert ended.code == 0
    assert "at ::1:8000" in ended.err
    assert footnote("reader", "--port", "0").code == 2
    assert "opened at the quote" in footnote("reader", "--help").out


@pytest.mark.parametrize(
    ("given", "state", "says"),
    [
        ({}, "ok", "FOOTNOTE_READER_URL"),
        ({"reader_url": "https://read.example.org"}, "ok", "served at 127.0.0.1:8360"),
        ({"reader_url": "http://read.example.org"}, "warn", "https://"),
        ({"reader_url": "http://127.0.0.1:8360"}, "ok", "served at"),
        (
            {"reader_url": "https://read.example.org", "reader_listen": "0.0.0.0:80"},
            "ok",
            "other machines",
        ),
    ],
)
async def test_doctor_says_how_the_reader_is_set_up(
    given: dict[str, object], state: str, says: str
) -> None:
    check = await check_reader(settings(**given), online=False)

    assert check.state == state
    assert says in check.message


async def test_doctor_asks_the_public_address(reader: Reader) -> None:
    well = await check_reader(settings(reader_url=reader.base), online=True)
    wrong = await check_reader(settings(reader_url=reader.base + "/paper"), online=True)
    closed = await check_reader(settings(reader_url="http://127.0.0.1:9"), online=True)

    assert (well.state, wrong.state, closed.state) == ("ok", "warn", "warn")
    assert "404" in wrong.message
    assert "ConnectError" in closed.message
