"""Consistency levels by name. Every read of a server that is one process is strong, so a level is checked, not needed.

source  Milvus REST: names and the text of the refusal
"""

from __future__ import annotations

from elanus.errors import ParameterInvalid

LEVELS = ("Strong", "Session", "Bounded", "Eventually", "Customized")
"""By their number in Milvus's protocol."""
DEFAULT = "Bounded"


def check_consistency(name: str) -> None:
    """Raises ParameterInvalid; "" is the collection's own."""
    if name:
        consistency_number(name)


def consistency_number(name: str) -> int:
    """Raises ParameterInvalid."""
    if name not in LEVELS:
        raise ParameterInvalid(
            "consistencyLevel can only be [Strong, Session, Bounded, Eventually, Customized], default: Bounded,"
            f" err:{name} is none of them"
        )
    return LEVELS.index(name)
