"""The parts of the service, each for one kind of work."""
