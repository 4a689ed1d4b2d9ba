"""Finds the index types: every file of :mod:`elanus.index.vector` that has a ``DECLARATION``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from elanus.errors import ParameterInvalid
from elanus.index import vector
from elanus.index.base import IndexType


@cache
def index_types() -> Mapping[str, IndexType]:
    """Every index type by its own name, in alphabetical order."""
    modules = (importlib.import_module(f"{vector.__name__}.{m.name}") for m in pkgutil.iter_modules(vector.__path__))
    declarations: list[IndexType] = [m.DECLARATION for m in modules if hasattr(m, "DECLARATION")]
    return {d.name: d for d in sorted(declarations, key=lambda d: d.name)}


@cache
def _by_any_name() -> Mapping[str, IndexType]:
    return {name: d for d in index_types().values() for name in (d.name, *d.aliases)}


def index_type(name: str) -> IndexType:
    """The index type with this name or alias, case as written. Raises ParameterInvalid."""
    try:
        return _by_any_name()[name]
    except KeyError:
        raise ParameterInvalid(
            f"invalid parameter[expected=valid index][actual=invalid index type: {name}]",
            detail=f"index types: {', '.join(index_types())}",
        ) from None
