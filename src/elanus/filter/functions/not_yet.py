"""Functions of Milvus that Elanus knows by name only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from elanus.errors import NotImplementedYet

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.syntax.tree import Call

_NAMES = (
    *("text_match_fuzzy", "random_sample", "element_filter"),
    *("match_any", "match_all", "match_least", "match_most", "match_exact"),
)


def bind(call: Call, binder: Binder) -> NoReturn:
    raise NotImplementedYet(f"the filter function {call.name} is not implemented yet")


CONDITIONS = dict.fromkeys(_NAMES, bind)
