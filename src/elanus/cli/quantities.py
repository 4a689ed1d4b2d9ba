"""Quantities as people write them: ``1GB``, ``512 MiB``, ``5ms``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from elanus.errors import ParameterInvalid

BYTES: Mapping[str, float] = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
                              "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}  # fmt: skip
MICROSECONDS: Mapping[str, float] = {"US": 1, "MS": 1e3, "S": 1e6}
_WRITTEN = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*([A-Za-z]+)\s*")


def quantity(text: str, units: Mapping[str, float], example: str) -> float:
    """The amount in the smallest unit; 0 for "". Raises ParameterInvalid."""
    if not text:
        return 0.0
    written = _WRITTEN.fullmatch(text)
    if written is None or written[2].upper() not in units:
        allowed = ", ".join(unit.lower() if units is MICROSECONDS else unit for unit in units)
        raise ParameterInvalid(f"{text!r} is no quantity; write a number and one of {allowed}, for example {example}")
    return float(written[1]) * units[written[2].upper()]
