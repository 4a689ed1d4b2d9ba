"""Parameters declared once: everything that talks about a parameter reads its declaration.

Validation, error texts, describe, CLI help, the advisor's search space and the documentation tables come from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from elanus.errors import ParameterInvalid

Value = int | float | bool | str
Values = Mapping[str, Value]

INT_MAX = 2**31 - 1
"""Largest integer parameter Milvus takes."""

_KIND_NAMES = {int: "integer", float: "number", bool: "boolean", str: "string"}
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Param:
    """One build or search parameter of an index type.

    kind        int, float, bool or str: what JSON type the value must have (it may arrive as JSON text: ``"128"``)
    about       one sentence for people: what more of it buys and costs
    low, high   inclusive range of a number
    choices     allowed texts of a str, compared without case, kept in upper case
    default     value when absent; None = absent stays absent
    required    a request without it is refused
    at_least_k  a search parameter that must reach k; its default is raised to k
    divides_dim a build parameter the dimension must be a multiple of
    """

    name: str
    kind: type
    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    default: Value | None = None
    required: bool = False
    at_least_k: bool = False
    divides_dim: bool = False

    def read(self, given: Any) -> Value:
        """The value in its own type, within its range.

        Raises ParameterInvalid with the text of Milvus 2.5 and later.
        """
        value = self._typed(given)
        if self.choices:
            return self._chosen(str(value))
        if self.kind is int and abs(value) > INT_MAX:  # type: ignore[arg-type]
            raise ParameterInvalid(
                f"Arithmetic overflow: param '{self.name}' ({value}) should be in range [-{INT_MAX}, {INT_MAX}]"
            )
        if (self.low is not None and value < self.low) or (  # type: ignore[operator]
            self.high is not None and value > self.high  # type: ignore[operator]
        ):
            raise ParameterInvalid(
                f"Out of range in json: param '{self.name}' ({value}) should be in range {self.range_text}"
            )
        return value

    @property
    def range_text(self) -> str:
        """The range as messages and tables print it: ``[1, 65536]``, with ``inf`` for an open end."""
        low = "-inf" if self.low is None else f"{self.low:.12g}"
        high = "inf" if self.high is None else f"{self.high:.12g}"
        return f"[{low}, {high}]"

    def _typed(self, given: Any) -> Value:
        if self.kind is str and isinstance(given, str):
            return given
        if self.kind is bool:
            value = _TRUTHS.get(given.lower()) if isinstance(given, str) else given
            if isinstance(value, bool):
                return value
        elif self.kind in (int, float) and not isinstance(given, bool):
            value = _number(given, self.kind)
            if value is not None:
                return value
        raise ParameterInvalid(
            f"Type conflict in json: param '{self.name}' ({given}) should be {_KIND_NAMES[self.kind]}"
        )

    def _chosen(self, text: str) -> str:
        if text.upper() in self.choices:
            return text.upper()
        raise ParameterInvalid(
            f"invalid value of param '{self.name}' ({text}), should be one of {', '.join(self.choices)}"
        )


def read_values(declared: Iterable[Param], given: Mapping[str, Any]) -> dict[str, Value]:
    """Every declared parameter that has a value: the given one checked, else its default.

    Keys that no declaration knows are ignored, as Milvus ignores them: clients send generation-specific extras.
    Raises ParameterInvalid for a missing required parameter, a wrong type or a value out of range.
    """
    values: dict[str, Value] = {}
    for param in declared:
        if param.name in given:
            values[param.name] = param.read(given[param.name])
        elif param.default is not None:
            values[param.name] = param.default
        elif param.required:
            raise ParameterInvalid(f"param '{param.name}' not exist in json")
    return values


def read_search_values(declared: Iterable[Param], given: Mapping[str, Any], k: int) -> dict[str, Value]:
    """As :func:`read_values`, for one search of k rows: a parameter that must reach k is checked or raised to it."""
    declared = tuple(declared)
    values = read_values(declared, given)
    for param in declared:
        if not param.at_least_k or int(values[param.name]) >= k:
            continue
        if param.name in given:
            raise ParameterInvalid(f"{param.name}({values[param.name]}) should be larger than k({k})")
        values[param.name] = k
    return values


def _number(given: Any, kind: type) -> int | float | None:
    """A number of this kind from a JSON number or its text; None when it is not one. 8.0 is no integer."""
    if isinstance(given, float) and kind is int:
        return None
    try:
        value = kind(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if value == value else None
