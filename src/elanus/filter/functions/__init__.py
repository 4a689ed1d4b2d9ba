"""Functions of the filter language. One file each: it declares ``CONDITIONS`` or ``VALUES``, name -> binder.

A function of ``CONDITIONS`` says something true or false of a row, one of ``VALUES`` computes something from it. Both
get the call and the :class:`~elanus.filter.bind.Binder`, and raise FilterInvalid for arguments that do not fit.
Names are lower case; a filter may also write them all upper case.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from elanus.filter.bind import Binder
    from elanus.filter.conditions import Condition
    from elanus.filter.mismatch import Value
    from elanus.filter.syntax.tree import Call

    ConditionFunction = Callable[[Call, Binder], Condition]
    ValueFunction = Callable[[Call, Binder], Value]


def condition_function(name: str) -> ConditionFunction | None:
    return _conditions().get(name)


def value_function(name: str) -> ValueFunction | None:
    return _values().get(name)


def function_names() -> Iterable[str]:
    return (*_conditions(), *_values())


@cache
def _conditions() -> dict[str, ConditionFunction]:
    return {name: bind for module in _modules() for name, bind in getattr(module, "CONDITIONS", {}).items()}


@cache
def _values() -> dict[str, ValueFunction]:
    return {name: bind for module in _modules() for name, bind in getattr(module, "VALUES", {}).items()}


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
