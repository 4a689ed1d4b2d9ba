"""Client programs, one process per client, run by the Python of a peer's own environment.

A program here imports nothing of this repository: only the standard library, numpy and the peer's client. It reads
one JSON command a line and answers each with one JSON line (:class:`benchmarks.peers.agent.Agent` is the other end).
"""
