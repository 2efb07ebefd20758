"""Where articles come from: files, folders, JSON lines, web pages, sitemaps, feeds and uploads."""

from index.sources.identify import hide_credentials, identify, resolve
from index.sources.read import read_source, read_upload

__all__ = ["hide_credentials", "identify", "read_source", "read_upload", "resolve"]
