"""The page as a browser's search sees it: blocks, what is no text, and anchors."""

from __future__ import annotations

import pytest
from trafilatura.utils import load_html

from index.models import Article
from index.pages import MOST_CHARACTERS, OBJECT, Anchor, PageText
from index.reading.page_text import read_page_text
from index.reading.parsing import Document, parse_article


def page_of(body: str) -> PageText:
    page = read_page_text(
        load_html(f"<html><head><title>T</title></head><body>{body}</body></html>")
    )
    assert page is not None
    return page


def blocks_of(body: str) -> tuple[str, ...]:
    return page_of(body).blocks


def read(body: str, url: str | None) -> Article:
    text = "<p>The harbour master said that the pier would open to all boats in May.</p>" * 3
    html = f"<html><body><article><h1 id=top>Pier</h1>{body}{text}</article></body></html>"
    return parse_article(html.encode(), Document("pier.html", "pier", url=url))


def test_block_elements_part_blocks_and_inline_ones_do_not() -> None:
    assert blocks_of(
        "<p>One <b>t</b>wo</p>three<ul><li>four<li><a>five</a></ul><div>six</div>"
    ) == (
        "One two",
        "three",
        "four",
        "five",
        "six",
    )
    assert blocks_of("<table><tr><td>a<td>b<tr><th>c</table>") == ("a", "b", "c")


def test_an_inline_element_with_a_box_of_its_own_parts_blocks() -> None:
    assert blocks_of("<p>a <span style='display:inline-block'>b</span> c</p>") == ("a", "b", "c")
    assert blocks_of("<p>a <span style='float: left'>b</span> c</p>") == ("a", "b", "c")
    assert blocks_of("<p>a <span style='display:inline'>b</span> c</p>") == ("a b c",)


def test_whitespace_is_as_it_is_rendered() -> None:
    assert blocks_of("<p>  one\n\t two&nbsp; three<br> four </p>") == ("one two\xa0 three\nfour",)
    assert blocks_of("<pre>one two\n  three   four</pre>") == ("one two\nthree\nfour",)
    assert blocks_of("<p style='white-space: pre-wrap'>one\ntwo</p>") == ("one\ntwo",)


def test_entities_are_decoded_and_soft_hyphens_stay() -> None:
    assert blocks_of("<p>rope &amp; tar&shy;red &#8211; &lt;b&gt;</p>") == (
        "rope & tar\xadred – <b>",
    )


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>x</script>", "<style>x</style>", "<template>x</template>",
        "<noscript>x</noscript>", "<span hidden>x</span>", "<i style='display: none'>x</i>",
        "<i style='color:red;VISIBILITY :hidden'>x</i>", "<select><option>x</select>",
        "<textarea>x</textarea>", "<iframe>x</iframe>", "<svg><text>x</text></svg>",
        "<object>x</object>", "<canvas>x</canvas>", "<video>x</video>", "<audio>x</audio>",
        "<dialog>x</dialog>", "<img alt=x>", "<input value=x>",
    ],
)  # fmt: skip
def test_what_nobody_reads_as_text_leaves_only_a_mark(unseen: str) -> None:
    assert blocks_of(f"<p>one {unseen} two</p>") == (f"one {OBJECT} two",)


def test_what_can_be_unfolded_is_text() -> None:
    assert blocks_of("<details><summary>a</summary>b</details>") == ("a", "b")
    assert blocks_of("<p hidden=until-found>a</p>") == ("a",)


def test_pictures_between_blocks_are_no_blocks() -> None:
    assert blocks_of("<p>a</p><p><img></p><img><p>b</p>") == (f"a{OBJECT}", "b")


def test_anchors_are_those_of_headings_and_what_stands_near() -> None:
    page = page_of(
        "<div id=main><h2 id=one>One</h2><p>a</p><section id=two><h3>Two</h3><p>b</p></section>"
        "<h2>No id</h2><p id=c>c</p><h2>Four <a name=four></a></h2><p>d</p></div>"
    )

    assert page.blocks == ("One", "a", "Two", "b", "No id", "c", "Four", "d")
    assert page.anchors == (
        Anchor(0, "one", is_heading=True),
        Anchor(2, "two", is_heading=True),
        Anchor(4, "", is_heading=True),
        Anchor(5, "c"),
        Anchor(6, "four", is_heading=True),
    )


def test_an_id_counts_where_it_stands_first_and_if_it_can_be_linked_to() -> None:
    page = page_of("<p id=a>1</p><p id=a>2</p><p id='b c'>3</p><p id=''>4</p><p hidden id=d>5</p>")

    assert page.anchors == (Anchor(0, "a"),)


def test_a_page_without_text_and_one_with_too_much_are_not_kept() -> None:
    assert read_page_text(load_html("<html><body><img></body></html>")) is None
    long = "<p>" + "word " * (MOST_CHARACTERS // 5 + 10) + "</p>"
    assert read_page_text(load_html(f"<html><body>{long}</body></html>")) is None


def test_deep_nesting_and_broken_markup_are_survived() -> None:
    assert blocks_of("<div>" * 200 + "a" + "</p></td></div>" * 50 + "b")[0].startswith("a")


def test_an_article_of_a_page_with_an_address_has_the_page() -> None:
    article = read("<aside>Ropes</aside>", "https://e.org/pier")

    assert article.page is not None
    assert article.page.blocks[:2] == ("Pier", "Ropes")
    assert article.page.anchors == (Anchor(0, "top", is_heading=True),)
    assert read("", None).page is None


def test_the_page_is_no_part_of_the_version() -> None:
    one, other = read("<nav>Menu</nav>", "https://e.org/x"), read("", "https://e.org/x")

    assert one.page != other.page
    assert one == other
    assert one.version_id == other.version_id


def test_a_packed_page_comes_back_as_it_was() -> None:
    page = PageText(("a é\xad", f"b{OBJECT}\nc"), (Anchor(0, "x", is_heading=True), Anchor(1, "")))

    assert PageText.unpack(page.pack()) == page


@pytest.mark.parametrize("packed", [b"", b"junk", PageText(("a" * 99,)).pack()[:-9]])
def test_what_is_no_packed_page_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="page"):
        PageText.unpack(packed)
