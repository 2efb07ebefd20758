"""What the person who asks meets: Discord, the command line, and the answering engine."""

__version__ = "0.1.0"
