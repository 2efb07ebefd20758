"""A few articles of an invented town, and the library that the loopback Discord's guild has."""

from __future__ import annotations

from tests.fakes.discord_payloads import World

LIBRARY = f"discord-{World().guild.id}"

WALL_QUESTION = "How much will the work on the harbour wall cost?"
WALL_QUOTE = "The work on the harbour wall begins in September and will cost four million crowns."
WALL_TITLE = "Harbour wall to be raised by two metres"
WALL_PAGE = "https://example.org/news/harbour-wall"
ARTICLES = {
    "harbour-wall.md": f"""---
title: {WALL_TITLE}
date: 2025-03-04
author: Ines Vale
url: {WALL_PAGE}
---

The council of Ostmere voted on Monday to raise the harbour wall by two metres.
{WALL_QUOTE} The old lighthouse stays open to visitors all the while.
""",
    "ferry.md": """---
title: The night ferry sails again
date: 2025-04-20
author: Tom Reed
url: https://example.org/news/night-ferry
---

The night ferry to Lunden sails again from the first of May. A return ticket costs nineteen
crowns, and bicycles travel free of charge. Dogs must be kept on a lead on deck.
""",
    "bakery.txt": """The bakery on Salt Street

Marta Quill has baked the town's rye bread since 1998. She opens at half past five in the
morning and closes when the last loaf is sold.
""",
}
FAIR = """# The spring fair moves to the meadow

The spring fair of Ostmere moves to the meadow behind the mill this year, because the market
square is being paved. It opens on the twelfth of April.
"""
FAIR_QUESTION = "Where does the spring fair move to this year?"
