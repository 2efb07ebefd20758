from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.reading.decoding import declared_charset, decode


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"]
)
def test_western_text_is_read_in_any_common_encoding(encoding: str) -> None:
    text = "Die Bürgermeisterin öffnet das Café für alle, sagte sie. " * 3

    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, как дела? Это новость из города. " * 3, "cp1251"),
        ("日本語のテキストです。これは町の記事です。" * 3, "shift_jis"),
        ("café", "latin-1"),
    ],
)
def test_undeclared_encodings_are_detected(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_declared_charset_wins_over_detection() -> None:
    assert decode("Łódź".encode("iso-8859-2"), "iso-8859-2") == "Łódź"


def test_the_header_wins_over_the_page_and_the_page_over_nothing() -> None:
    page = b'<meta charset="iso-8859-2">'

    assert declared_charset(page, "text/html; charset=utf-8", is_html=True) == "utf-8"
    assert declared_charset(page, "text/html", is_html=True) == "iso-8859-2"
    assert declared_charset(page, None, is_html=False) is None
    assert declared_charset(b"<?xml version='1.0' encoding='koi8-r'?>", None, is_html=True) == (
        "koi8-r"
    )
    assert declared_charset(b"<meta charset=utf-16>", None, is_html=True) == "utf-8"


def test_a_wrong_declaration_does_not_spoil_utf8() -> None:
    assert decode("naïve – “so”".encode(), "ascii-nonsense") == "naïve – “so”"
    assert decode("Zażółć".encode(), "shift_jis") == "Zażółć"


@pytest.mark.parametrize("codec", ["punycode", "unicode_escape", "rot13", "hex", "utf-7", "idna"])
def test_a_page_cannot_choose_a_codec_that_is_no_character_set(codec: str) -> None:
    assert decode(b"plain \\u0041 +AEE- text", codec) == "plain \\u0041 +AEE- text"


def test_one_bad_byte_in_declared_utf8_is_a_slip() -> None:
    data = "Größe ".encode() * 500 + b"\xff"

    assert decode(data, "utf-8") == "Größe " * 500 + "\ufffd"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"%PDF-1.7 text", "PDF"),
        (b"PK\x03\x04stuff", "ZIP"),
        (b"\x1f\x8b\x08", "gzip"),
        (bytes(range(256)) * 20, "not text"),
        (b"words and\0\0\0\0\0\0\0\0\0\0 more words", "control characters"),
    ],
)
def test_binary_data_is_named_and_refused(data: bytes, what: str) -> None:
    with pytest.raises(SourceError, match=what):
        decode(data)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300), st.none() | st.text(max_size=12) | st.sampled_from(["utf-8", "big5"])
)
def test_decoding_raises_nothing_but_source_error(data: bytes, declared: str | None) -> None:
    with suppress(SourceError):
        assert isinstance(decode(data, declared), str)
