"""The generations of Milvus whose clients are understood, in order.

A client is held to the rules of its own generation where they are narrower for what existed then (a required ``nlist``,
a name that was withdrawn); what is newer than the client is open to it by the rules it began with.
"""

from __future__ import annotations

from enum import IntEnum


class Generation(IntEnum):
    """``V2_0`` stands for 2.0 and 2.1, whose rules are the same."""

    V1 = 10
    V2_0 = 20
    V2_2 = 22
    V2_3 = 23
    V2_4 = 24
    V2_5 = 25
    V2_6 = 26
    V3_0 = 30

    def __str__(self) -> str:
        """As Milvus numbers it: ``1.x``, ``2.4``."""
        return "1.x" if self is Generation.V1 else f"{self // 10}.{self % 10}"


NEWEST = Generation.V3_0
