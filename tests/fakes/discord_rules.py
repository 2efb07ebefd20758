"""Rules of message bodies that Discord enforces and its API document does not say.

The document itself is checked elsewhere; these are the ones that it misses and that
a bot which sends long texts and buttons runs into.
"""

from __future__ import annotations

import re
from collections import Counter

from tests.fakes.discord_payloads import COMPONENTS_V2, Payload, walk_components

CONTENT_LIMIT = 2000
EMBEDS_LIMIT = 6000
ROWS_LIMIT = 5
COMPONENTS_LIMIT = 40
TEXTS_LIMIT = 4000
LABEL_LIMIT = 80
URL_LIMIT = 512
ID_LIMIT = 100
OPTIONS_LIMIT = 25
OPTION_LIMIT = 100
PLACEHOLDER_LIMITS = {3: 150, 4: 100, 5: 150, 6: 150, 7: 150, 8: 150}
MODAL_TITLE_LIMIT = 45
MODAL_PARTS_LIMIT = 5
FIELD_LABEL_LIMIT = 45
FIELD_HINT_LIMIT = 100
INPUT_LIMIT = 4000
ROW_BUTTONS_LIMIT = 5
ACTION_ROW = 1
BUTTON = 2
STRING_SELECT = 3
TEXT_INPUT = 4
LABEL = 18
V2_ONLY = {9, 10, 11, 12, 13, 14, 17}
MENTIONS = {"users": r"<@!?(\d+)>", "roles": r"<@&(\d+)>", "everyone": r"@(everyone|here)"}


def find_violations(body: Payload, *, flags: int, has_files: bool, is_edit: bool) -> list[str]:
    """What Discord would refuse a message for, in words; empty when it would take it.

    ``flags`` are those of the message as it would be stored, ``body`` is what was sent.
    """
    content, embeds = body.get("content") or "", body.get("embeds") or []
    components = body.get("components") or []
    violations = []
    empty = not (content or embeds or components or has_files or body.get("poll"))
    if empty and not is_edit:
        violations.append("Cannot send an empty message")
    if len(content) > CONTENT_LIMIT:
        violations.append(f"content: {len(content)} characters, {CONTENT_LIMIT} or fewer")
    if sum(map(_embed_length, embeds)) > EMBEDS_LIMIT:
        violations.append(f"embeds: more than {EMBEDS_LIMIT} characters in all")
    if flags & COMPONENTS_V2:
        violations += _v2_violations(content or embeds, components)
    elif len(components) > ROWS_LIMIT:
        violations.append(f"components: more than {ROWS_LIMIT} rows")
    elif any(c.get("type") in V2_ONLY for c in walk_components(components)):
        violations.append("components v2 without their flag")
    return violations + _component_violations(components)


def find_modal_violations(data: Payload) -> list[str]:
    """What Discord would refuse a modal for, in words."""
    components = data.get("components") or []
    violations = _length_violations("title", data.get("title"), MODAL_TITLE_LIMIT)
    violations += _length_violations("custom_id", data.get("custom_id"), ID_LIMIT)
    if not 1 <= len(components) <= MODAL_PARTS_LIMIT:
        violations.append(f"components: {len(components)} in a modal")
    for each in components:
        if each.get("type") != LABEL:
            continue
        violations += _length_violations("label", each.get("label"), FIELD_LABEL_LIMIT)
        if each.get("description") is not None:
            hint = each["description"]
            violations += _length_violations("description", hint, FIELD_HINT_LIMIT)
    inner = [each.get("component") or each for each in components]
    return violations + _component_violations(inner)


def find_pings(body: Payload, replied_to: str | None = None) -> set[str]:
    """Whom a message rings: ids of users and roles, ``everyone``, and the author replied to.

    Only ``allowed_mentions`` keeps the text of a message from ringing; embeds never ring.
    """
    texts = [body.get("content") or ""]
    texts += [c.get("content") or "" for c in walk_components(body.get("components") or [])]
    text = "\n".join(texts)
    allowed = body.get("allowed_mentions")
    pings: set[str] = set()
    for kind, pattern in MENTIONS.items():
        found = set(re.findall(pattern, text))
        if allowed is not None and kind not in allowed.get("parse", []):
            found &= set(map(str, allowed.get(kind) or []))
        pings |= found
    if replied_to and (allowed is None or allowed.get("replied_user")):
        pings.add(replied_to)
    return pings


def _v2_violations(others: object, components: list[Payload]) -> list[str]:
    every = list(walk_components(components))
    violations = []
    if others:
        violations.append("content and embeds cannot stand beside components v2")
    if len(every) > COMPONENTS_LIMIT:
        violations.append(f"components: {len(every)}, {COMPONENTS_LIMIT} or fewer")
    if sum(len(c.get("content") or "") for c in every) > TEXTS_LIMIT:
        violations.append(f"components: more than {TEXTS_LIMIT} characters in all")
    return violations


def _component_violations(components: list[Payload]) -> list[str]:
    violations = []
    for each in walk_components(components):
        violations += _control_violations(each)
    names = Counter(c["custom_id"] for c in walk_components(components) if c.get("custom_id"))
    violations += [f"custom_id {name!r} stands twice" for name, n in names.items() if n > 1]
    violations += [
        f"button {c.get('label')!r} has neither custom_id nor url"
        for c in walk_components(components)
        if c.get("type") == BUTTON and not (c.get("custom_id") or c.get("url") or c.get("sku_id"))
    ]
    return violations


def _control_violations(control: Payload) -> list[str]:
    """The limits of one button, menu, row or input."""
    kind = control.get("type")
    violations = []
    if control.get("custom_id") is not None:
        violations += _length_violations("custom_id", control["custom_id"], ID_LIMIT)
    if kind == BUTTON:
        violations += _button_violations(control)
    if kind == ACTION_ROW and len(control.get("components") or []) > ROW_BUTTONS_LIMIT:
        violations.append("more than five buttons in a row")
    if control.get("placeholder") is not None and kind in PLACEHOLDER_LIMITS:
        limit = PLACEHOLDER_LIMITS[kind]
        violations += _length_violations("placeholder", control["placeholder"], limit)
    if kind == STRING_SELECT:
        violations += _option_violations(control.get("options") or [])
    if kind == TEXT_INPUT:
        longest = control.get("max_length") or INPUT_LIMIT
        if longest > INPUT_LIMIT or len(control.get("value") or "") > longest:
            violations.append("a text input that holds too much")
    return violations


def _button_violations(button: Payload) -> list[str]:
    violations = []
    if button.get("label") is not None or not button.get("emoji"):
        violations += _length_violations("label", button.get("label"), LABEL_LIMIT)
    if button.get("url") is not None:
        violations += _length_violations("url", button["url"], URL_LIMIT)
        if button.get("custom_id"):
            violations.append("a button with both url and custom_id")
    return violations


def _option_violations(options: list[Payload]) -> list[str]:
    violations = []
    if not 1 <= len(options) <= OPTIONS_LIMIT:
        violations.append(f"{len(options)} options in a menu")
    for option in options:
        violations += _length_violations("option", option.get("label"), OPTION_LIMIT)
        violations += _length_violations("value", option.get("value"), OPTION_LIMIT)
        if option.get("description") is not None:
            text = option["description"]
            violations += _length_violations("description", text, OPTION_LIMIT)
    if len({option.get("value") for option in options}) < len(options):
        violations.append("two options of one value")
    return violations


def _length_violations(name: str, text: str | None, limit: int) -> list[str]:
    """Counted as Discord counts at most, in UTF-16 units; nothing at all is too short."""
    length = len((text or "").encode("utf-16-le")) // 2
    return [] if 1 <= length <= limit else [f"{name}: {length} characters, 1 to {limit}"]


def _embed_length(embed: Payload) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    texts += [text for f in embed.get("fields", []) for text in (f.get("name"), f.get("value"))]
    return sum(len(text) for text in texts if text)
