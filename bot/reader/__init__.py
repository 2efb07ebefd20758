"""The web reader: one page for each version of an article, with the quote highlighted."""
