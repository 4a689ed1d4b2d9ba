"""Parameters declared once: everything that talks about a parameter reads its declaration.

Validation, error texts, describe, CLI help, the advisor's search space and the documentation tables come from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from elanus.errors import ParameterInvalid
from elanus.index.generation import NEWEST, Generation
from elanus.index.wording import Wording, wording

Value = int | float | bool | str
Values = Mapping[str, Value]

INT_MAX = 2**31 - 1
"""Largest integer parameter Milvus takes."""

_KIND_NAMES = {int: "integer", float: "number", bool: "boolean", str: "string"}
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Param:
    """One build or search parameter of an index type, as the newest generation has it.

    kind        int, float, bool or str: what JSON type the value must have (it may arrive as JSON text: ``"128"``)
    about       one sentence for people: what more of it buys and costs
    low, high   inclusive range of a number
    open_end    ``high`` itself is not allowed
    choices     allowed texts of a str, compared without case, kept in upper case
    default     value when absent; None = absent stays absent
    required    a request without it is refused, whatever the default
    at_least_k  a search parameter that must reach k; its default is raised to k
    divides_dim a build parameter the dimension must be a multiple of; 0 = chosen by the type
    aliases     other keys that mean the same
    inert       checked, and then without effect here; ``about`` says why
    since, until  first and last generation that know it; clients of others may send it, and it is ignored
    earlier     (first generation that no longer has them, rules) pairs, newest first; made by :meth:`before`
    """

    name: str
    kind: type
    about: str
    low: float | None = None
    high: float | None = None
    open_end: bool = False
    choices: tuple[str, ...] = ()
    default: Value | None = None
    required: bool = False
    at_least_k: bool = False
    divides_dim: bool = False
    aliases: tuple[str, ...] = ()
    inert: bool = False
    since: Generation = Generation.V1
    until: Generation = NEWEST
    earlier: tuple[tuple[Generation, Param], ...] = ()

    def before(self, newer: Generation, **differs: Any) -> Param:
        """This parameter, with what was different before that generation; from newer to older, differences add up."""
        known = self.earlier[-1][1] if self.earlier else self
        return replace(self, earlier=(*self.earlier, (newer, replace(known, earlier=(), **differs))))

    def at(self, generation: Generation) -> Param:
        """The rules of that generation."""
        older = [rules for newer, rules in self.earlier if generation < newer]
        return older[-1] if older else self

    def find(self, given: Mapping[str, Any], generation: Generation) -> str | None:
        """The key this parameter was sent under; None when it was not, or that generation does not know it."""
        if not self.since <= generation <= self.until:
            return None
        return next((key for key in (self.name, *self.aliases) if key in given), None)

    def read(self, given: Any, text: Wording = wording(NEWEST)) -> Value:  # noqa: B008 a frozen value
        """The value in its own type, within its range. Raises ParameterInvalid in the generation's words."""
        value = self._typed(given, text)
        if self.choices:
            return self._chosen(str(value), text)
        if self.kind is int and abs(value) > INT_MAX:  # type: ignore[arg-type]
            raise self._refusal(text.overflow, value, f"[-{INT_MAX}, {INT_MAX}]")
        if not self._holds(value):
            raise self._refusal(text.out_of_range, value, self.range_text)
        return value

    def _holds(self, value: Any) -> bool:
        if self.low is not None and value < self.low:
            return False
        return self.high is None or (value < self.high if self.open_end else value <= self.high)

    @property
    def range_text(self) -> str:
        """The range as messages and tables print it: ``[1, 65536]``, ``[0, 1)``, with ``inf`` where it has no end."""
        low = "-inf" if self.low is None else f"{self.low:.12g}"
        high = "inf" if self.high is None else f"{self.high:.12g}"
        return f"[{low}, {high}" + (")" if self.open_end else "]")

    def reaching(self, k: int, value: Value, text: Wording) -> None:
        """Raises ParameterInvalid for a value below k."""
        if int(value) < k:
            raise self._refusal(text.below_k, value, replace(self, low=k).range_text, k)

    def _typed(self, given: Any, text: Wording) -> Value:
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
        raise self._refusal(text.wrong_type, given, "")

    def _chosen(self, given: str, text: Wording) -> str:
        if given.upper() in self.choices:
            return given.upper()
        raise self._refusal(text.no_choice, given, ", ".join(self.choices))

    def _refusal(self, template: str, value: Any, allowed: str, k: int = 0) -> ParameterInvalid:
        kind = _KIND_NAMES[self.kind]
        return ParameterInvalid(template.format(name=self.name, value=value, range=allowed, kind=kind, k=k))


def read_values(
    declared: Iterable[Param], given: Mapping[str, Any], generation: Generation = NEWEST
) -> dict[str, Value]:
    """Every declared parameter that has a value: the given one checked by the generation's rules, else its default.

    Keys that no declaration knows are ignored, as Milvus ignores them: clients send generation-specific extras.
    Raises ParameterInvalid for a missing required parameter, a wrong type or a value out of range.
    """
    text = wording(generation)
    values: dict[str, Value] = {}
    for param in declared:
        rules = param.at(generation)
        key = rules.find(given, generation)
        if key is not None:
            values[rules.name] = rules.read(given[key], text)
        elif rules.required:
            raise ParameterInvalid(text.missing.format(name=rules.name))
        elif rules.default is not None:
            values[rules.name] = rules.default
    return values


def read_search_values(
    declared: Iterable[Param], given: Mapping[str, Any], k: int, generation: Generation = NEWEST
) -> dict[str, Value]:
    """As :func:`read_values`, for one search of k rows: a parameter that must reach k is checked or raised to it."""
    declared = tuple(declared)
    values = read_values(declared, given, generation)
    for param in declared:
        if not param.at_least_k or param.name not in values:
            continue
        if param.find(given, generation) is not None:
            param.at(generation).reaching(k, values[param.name], wording(generation))
        else:
            values[param.name] = max(k, int(values[param.name]))
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
