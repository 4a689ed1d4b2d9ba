"""Composition root of the server process: an engine, a service, the doors before it, and how they start and stop."""
