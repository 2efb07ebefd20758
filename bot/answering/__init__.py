"""The answering engine, free of Discord, Chroma and settings."""
