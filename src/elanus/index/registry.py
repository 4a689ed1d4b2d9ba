"""Finds the index types: every file of :mod:`elanus.index.vector` that has a ``DECLARATION``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from elanus.errors import Error, IndexNotSupported, ParameterInvalid
from elanus.index import vector
from elanus.index.base import IndexType
from elanus.index.generation import NEWEST, Generation
from elanus.index.withheld import WITHHELD


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
    """The index type with this name or alias, case as written, of whatever generation. Raises ParameterInvalid."""
    declared = _by_any_name().get(name)
    return declared if declared is not None else offered(name, NEWEST)


def offered(name: str, generation: Generation) -> IndexType:
    """The index type with this name or alias, if Milvus offers it to clients of that generation.

    A type newer than the client is offered; one withdrawn before it is not.
    Raises ParameterInvalid, for 1.x IndexNotSupported.
    """
    declared = _by_any_name().get(name)
    if declared is not None and generation <= declared.until:
        return declared
    if declared is not None:
        raise _unknown(name, generation, f"{name} was withdrawn after Milvus {declared.until}")
    raise _unknown(name, generation, WITHHELD.get(name, f"index types: {', '.join(index_types())}"))


def index_type_of_code(code: int) -> IndexType:
    """The index type with this number in the 1.x protocol. Raises IndexNotSupported."""
    for declared in index_types().values():
        if declared.code_1x == code:
            return declared
    raise _unknown(str(code), Generation.V1, "0 is no index type; 7 and 8 (SPTAG) were never offered")


def _unknown(name: str, generation: Generation, detail: str) -> Error:
    if generation is Generation.V1:
        message = f"Invalid index type: {name}. Make sure the index type is in IndexType list."
        return IndexNotSupported(message, detail=detail)
    return ParameterInvalid(
        f"invalid parameter[expected=valid index][actual=invalid index type: {name}]", detail=detail
    )
