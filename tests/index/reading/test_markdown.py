import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading.markdown import read_markdown

# What Markdown is made of, to be put together in any order.
PIECES = """# |## |- |1. |> |    |`|*|_|~~|[|](|)|<b>|</b>|<td>|<h2>|</h2>|<li>|<tr>|<!--|-->|word|é
&#x202e;|{{|}}|{%|%}|\\""".replace("\n", "|").split("|")
PIECES += ["\n", "\n\n", "  \n", "\t", "```\n", "| a |\n", "|---|\n"]


def text_of(markdown: str) -> str:
    return read_markdown(markdown).text


def headings_of(markdown: str) -> list[tuple[int, str]]:
    content = read_markdown(markdown)
    return [(h.level, content.text[h.start : h.end]) for h in content.headings]


def test_paragraphs_are_separated_by_a_blank_line_and_soft_breaks_are_spaces() -> None:
    assert text_of("One\ntwo.\n\n\n\nThree  \nfour.") == "One two.\n\nThree\nfour."


def test_headings_lose_their_marks_and_keep_their_place() -> None:
    markdown = "# The *big* one ##\n\nText.\n\n### Small\nMore.\n\nUnderlined\n---"

    assert text_of(markdown) == "The big one\n\nText.\n\nSmall\n\nMore.\n\nUnderlined"
    assert headings_of(markdown) == [(1, "The big one"), (3, "Small"), (2, "Underlined")]


def test_lists_keep_markers_numbers_and_depth() -> None:
    markdown = "* a\n* b\n  + c\n  + d\n    1. e\n* f\n\n3. x\n4. y\n\n0. z"

    assert text_of(markdown) == "- a\n- b\n  - c\n  - d\n    1. e\n- f\n\n3. x\n4. y\n5. z"


def test_a_second_paragraph_of_an_item_is_a_paragraph() -> None:
    assert text_of("- a\n\n  more\n- b") == "- a\n\nmore\n\n- b"


def test_tables_are_one_line_a_row_with_the_header_first() -> None:
    markdown = "| Day | Boats |\n|---|:-:|\n| *Mon* | 3 |\n| Tue |  |"

    assert text_of(markdown) == "Day | Boats\nMon | 3\nTue |"


def test_links_give_their_words_and_images_their_alternative_text() -> None:
    markdown = (
        '[The **plan**](http://e.org "t"), ![A boat](b.png), <https://e.org/x>, [ref][1]\n\n[1]: /x'
    )

    assert text_of(markdown) == "The plan, A boat, https://e.org/x, ref"


def test_code_is_kept_as_it_stands() -> None:
    markdown = "Use `a  b`:\n\n```py\nif x:\n    {{ y }}\n\n# no heading\n```\n\n    indented"

    assert text_of(markdown) == "Use a b:\n\nif x:\n    {{ y }}\n\n# no heading\n\nindented"
    assert headings_of(markdown) == []


def test_html_gives_its_text_and_loses_tags_scripts_and_comments() -> None:
    markdown = (
        "A <b>bold</b><br>line<!-- hidden --><script>bad()</script>.\n\n"
        "<!-- a\n\ncomment -->\n\n<script>\nworse()\n\nstill()\n</script>\n\n"
        "<div><h2>Fish &amp; chips</h2><p>One.</p><p>Two <img alt='pic'></p>\n"
        "<table><tr><th>A<th>B</tr><tr><td></td><td>2</td></tr></table><ul><li>x<li>y</ul></div>"
    )

    assert text_of(markdown) == (
        "A bold\nline.\n\nFish & chips\n\nOne.\n\nTwo pic\n\nA | B\n| 2\n\n- x\n- y"
    )
    assert headings_of(markdown) == [(2, "Fish & chips")]


def test_indented_html_is_markup_and_not_code() -> None:
    assert text_of("<div>\n\n    <p>Inside.</p>\n\n</div>") == "Inside."


def test_struck_out_words_are_left_out() -> None:
    assert text_of("Costs ~~10~~ 12, <del>not</del> more.") == "Costs 12, more."


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ('{{< img src="a.png" alt="x > y" >}}\n\nText.', "Text."),
        ("{{< note >}}Mind the gap.{{< /note >}}", "Mind the gap."),
        ('See [the page]({{< ref "p.md" >}}).', "See the page."),
        ('See [the page]({{< ref "p.md" >}} "Title").', "See the page."),
        ('See [it]({{ "/2015/x" | url }}) {% include a.html %}now.', "See it now."),
        ("Text.\n{: .lead}", "Text."),
        ("{% raw %}Kept{% endraw %}", "Kept"),
        ("Write `{{ name }}` here.", "Write {{ name }} here."),
        ("A set {1, 2} and a {brace}.", "A set {1, 2} and a {brace}."),
        ("Said so.[^1] Yes.\n\n[^1]: In a letter.", "Said so. Yes.\n\nIn a letter."),
    ],
)
def test_template_and_footnote_marks_do_not_litter_the_text(markdown: str, text: str) -> None:
    assert text_of(markdown) == text


def test_characters_written_as_entities_are_cleaned_too() -> None:
    assert text_of("a&#x202e;b&#x200b;c &amp; d&nbsp;e") == "abc & d\u00a0e"


def test_quotations_are_plain_paragraphs() -> None:
    assert text_of("> One\n> two.\n>\n> - item") == "One two.\n\n- item"


def test_an_item_without_words_leaves_nothing_behind() -> None:
    assert text_of("- \n\nText") == "Text"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=40,
    ).map("".join)
)
def test_headings_are_exact_lines_of_the_text(markdown: str) -> None:
    content = read_markdown(markdown)

    for heading in content.headings:
        words = content.text[heading.start : heading.end]
        assert words
        assert words == words.strip(" ")
        assert "\n" not in words
        assert heading.start == 0 or content.text[heading.start - 1] == "\n"
        assert content.text[heading.end : heading.end + 1] in {"", "\n"}
