"""Which generation of Milvus a client belongs to.

It says so in Connect, and sends the identifier it got there with every later call: the identifier carries the
generation, so nothing is remembered. Clients of 2.0 and 2.1 never connect; what such a call lacks tells them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from elanus.index.generation import NEWEST, Generation

_SPACE = 64
"""Larger than any number of a generation."""
_RELEASE = re.compile(r"v?(\d+)\.(\d+)")
_MODERN = ("client-request-", "client_request_id")
"""How the metadata begins that only clients later than 2.2 send."""


def of_release(release: str) -> Generation:
    """The generation of a client's version, ``"2.4.9"``; the newest one when it cannot be read."""
    found = _RELEASE.match(release)
    if found is None:
        return NEWEST
    number = int(found[1]) * 10 + int(found[2])
    return max((one for one in Generation if one <= number and one is not Generation.V1), default=Generation.V2_0)


def identifiers(first: int) -> Iterator[int]:
    """Numbers from about ``first`` on, each with room for a generation."""
    return itertools.count(first - first % _SPACE, _SPACE)


def marked(identifier: int, generation: Generation) -> int:
    return identifier + generation


def of_metadata(metadata: Iterable[tuple[str, str | bytes]]) -> Generation:
    """The generation of a call: by its identifier; without one, 2.0 if it came from afar with nothing modern."""
    came_from_afar = False
    for name, value in metadata:
        if name == "identifier":
            return _of_identifier(value)
        if name.startswith(_MODERN):
            return NEWEST
        came_from_afar = came_from_afar or name == "user-agent"
    return Generation.V2_0 if came_from_afar else NEWEST


def _of_identifier(value: str | bytes) -> Generation:
    try:
        return Generation(int(value) % _SPACE)
    except ValueError:  # not a number of ours
        return NEWEST
