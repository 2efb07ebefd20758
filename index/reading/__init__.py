"""From untrusted bytes to an ``Article``: clean text, headings and what is known about it."""

from index.reading.reader import Reader

__all__ = ["Reader"]
