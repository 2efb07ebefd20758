"""Takes template and footnote marks out of Markdown, so that they do not litter the text.

Hugo's ``{{< ref >}}``, Jekyll's ``{% include %}`` and ``{{ site.url }}``, Kramdown's
``{: .class}``, and the marks of footnotes. Words between an opening and a closing mark
stay; so does all code.
"""

from __future__ import annotations

import re

_CODE_OR_MARK = re.compile(
    r"""
    (?P<fence>^[ ]{0,3}(?P<ticks>`{3,}|~{3,})[^\n]*\n(?:.*?^[ ]{0,3}(?P=ticks)|.*))
    | (?P<code>(?<!`)(?P<quote>`{1,3})(?!`)[^\n]{1,500}?(?<!`)(?P=quote)(?!`))
    | (?P<raw>\{%-?\s*raw\s*-?%\}|\{%-?\s*endraw\s*-?%\})
    | (?P<target>\]\([ ]?)?(?P<mark>
        \{\{<.{0,2000}?>\}\}
      | \{\{%.{0,2000}?%\}\}
      | \{%.{0,2000}?%\}
      | \{\{.{0,1000}?\}\}
      | \{:[^}\n]{0,300}\}
      | \[\^[^\]\s]{1,40}\]:?
      )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


def drop_shortcodes(markdown: str) -> str:
    """The Markdown without template marks and footnote marks."""
    if "{" not in markdown and "[^" not in markdown:
        return markdown
    return _CODE_OR_MARK.sub(_without_mark, markdown)


def _without_mark(match: re.Match[str]) -> str:
    if match["target"]:
        # [words]({{< ref "page" >}} "Title") must stay a link, or its brackets show.
        return f"{match['target']}#"
    return "" if match["mark"] or match["raw"] else match[0]
