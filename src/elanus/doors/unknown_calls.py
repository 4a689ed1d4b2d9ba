"""What is said to a call that no generation of Milvus has: whose it seems to be, what is served, what comes nearest."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Final

from elanus import __version__

SERVED: Final = {
    "milvus.proto.milvus.MilvusService": "Milvus 2.0 to 3.0",
    "milvus.grpc.MilvusService": "Milvus 0.10 to 1.1",
}
"""Releases by service."""
_SHOWN: Final = 200
"""Characters of a path that are repeated to its sender."""


def unknown_call(path: str, known: Collection[str]) -> str:
    """A sentence that names the call, both releases and the nearest way that works. known  paths of the protocol"""
    service, _, name = path[:_SHOWN].strip("/").rpartition("/")
    if service in SERVED:
        known_as, releases = f"unknown call {name} of {service}", SERVED[service]
    else:
        known_as = f"unknown service {service or '(none)'} of the call {path[:_SHOWN]}"
        releases = " and ".join(f"{spoken} ({one})" for one, spoken in SERVED.items())
    way = _way_that_works(service, name, known)
    return f"{known_as}, not in {releases}, which Elanus {__version__} speaks; {way}"


def _way_that_works(service: str, name: str, known: Collection[str]) -> str:
    elsewhere = [one for one in SERVED if f"/{one}/{name}" in known]
    if elsewhere:
        return f"clients of {SERVED[elsewhere[0]]} have it: /{elsewhere[0]}/{name}"
    names = [path.rpartition("/")[2] for path in known if path.startswith(f"/{service}/")]
    nearest = difflib.get_close_matches(name, names, 1)
    if nearest:
        return f"the nearest is {nearest[0]}"
    return f"use a client of {SERVED.get(service, ' or '.join(SERVED.values()))}"
