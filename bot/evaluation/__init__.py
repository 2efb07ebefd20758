"""Figures over a question set."""
