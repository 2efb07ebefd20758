"""Discord, thin: receive, decide, call, render, send."""
