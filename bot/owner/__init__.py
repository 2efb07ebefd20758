"""One process owns a data folder; others hand it their work over a local socket."""
