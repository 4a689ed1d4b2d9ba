"""The filter language: text that says which rows are wanted, compiled to a mask over columns.

    text -> syntax tree (syntax/) -> condition (bind: names, types, constants) -> predicate

Run over a block, a predicate asks the indexes there are first (plan, questions) and computes the rest on the columns. A
new function is one file in ``functions/``.
"""

from elanus.filter.columns import Columns
from elanus.filter.compile import compile_filter
from elanus.filter.predicate import Predicate

__all__ = ["Columns", "Predicate", "compile_filter"]
