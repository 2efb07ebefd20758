"""Where articles come from: files, folders, JSON lines, web pages, sitemaps, feeds and uploads."""

from index.sources.identify import identify, resolve
from index.sources.read import read_source, read_upload

__all__ = ["identify", "read_source", "read_upload", "resolve"]
