"""Finds the scalar index types: every file of this folder that has a ``DECLARATION``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import elanus.index.scalar as folder
from elanus.index.scalar.base import ScalarType


@cache
def scalar_types() -> Mapping[str, ScalarType]:
    """Every scalar index type by its own name, in alphabetical order."""
    modules = (importlib.import_module(f"{folder.__name__}.{m.name}") for m in pkgutil.iter_modules(folder.__path__))
    declarations: list[ScalarType] = [m.DECLARATION for m in modules if hasattr(m, "DECLARATION")]
    return {d.name: d for d in sorted(declarations, key=lambda d: d.name)}


@cache
def _by_any_name() -> Mapping[str, ScalarType]:
    return {name: d for d in scalar_types().values() for name in (d.name, *d.aliases)}


def scalar_type(name: str) -> ScalarType:
    """The type that a resolved spec names."""
    return scalar_types()[name]


def find_scalar_type(name: str) -> ScalarType | None:
    """The type with this name or alias that may be asked for; None when there is none."""
    declared = _by_any_name().get(name)
    return declared if declared is not None and declared.offered else None
