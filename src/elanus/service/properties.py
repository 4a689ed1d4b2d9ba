"""Collection properties: which there are, and what they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elanus.errors import NotImplementedYet, ParameterInvalid, Rejected

TTL_SECONDS = "collection.ttl.seconds"
MAX_TTL_SECONDS = 3155760000
ALLOW_INSERT_AUTO_ID = "allow_insert_auto_id"

ISOLATION = "partitionkey.isolation"

DYNAMIC = "dynamicfield.enabled"
"""Not kept: it says whether the schema is to have a dynamic field."""
LOADING_KEYS = frozenset({"mmap.enabled", "warmup", "warmup.policy"})
"""How a field or collection is loaded: not to be changed while it is."""

_SWITCHES = frozenset({"mmap.enabled", ISOLATION, ALLOW_INSERT_AUTO_ID, DYNAMIC})
_NOT_YET = frozenset({"ttl_field"})
_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})
_FALSE = frozenset({"0", "f", "F", "false", "False", "FALSE"})


def truth(text: str) -> bool:
    """A boolean as any client spells it. Raises ParameterInvalid."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ParameterInvalid(f"invalid boolean: {text}, allowed: true, false")


def check_properties(properties: Mapping[str, str]) -> None:
    """Raises ParameterInvalid for a known property with a value it cannot have; unknown ones are kept as they are."""
    for name in _NOT_YET & properties.keys():
        raise NotImplementedYet(f"collection property {name} is not implemented by Elanus yet")
    if TTL_SECONDS in properties:
        _check_ttl(properties[TTL_SECONDS])
    for name in _SWITCHES & properties.keys():
        if properties[name] not in _TRUE | _FALSE:
            raise ParameterInvalid(f"invalid {name} value: {properties[name]}, should be true or false")
    if properties.get(ISOLATION) in _TRUE:
        raise NotImplementedYet(
            f"{ISOLATION} is not implemented by Elanus yet; filters on the partition key skip other partitions anyway"
        )


def check_alteration(properties: Mapping[str, str], delete_keys: Sequence[str]) -> None:
    """The two ways to alter exclude each other, and one must be there."""
    if properties and delete_keys:
        raise ParameterInvalid("can not provide properties and deletekeys at the same time")
    if not properties and not delete_keys:
        raise Rejected("no properties or delete keys provided")


def _check_ttl(text: str) -> None:
    try:
        seconds = int(text)
    except ValueError:
        raise ParameterInvalid(f"collection TTL is not a valid number: {text}") from None
    if not -1 <= seconds <= MAX_TTL_SECONDS:
        raise ParameterInvalid(f"collection TTL is out of range, expect [-1, {MAX_TTL_SECONDS}], got {seconds}")
