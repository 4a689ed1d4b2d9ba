"""How to answer: search, query and explain on one frozen view.

Deciding and doing are apart: :mod:`plan` chooses from counts, :mod:`nearest` runs. Range search, grouping and iteration
are each one file that asks :mod:`nearest` for hits. Rows of all parts are numbered by *place*, one after the other.
"""

from elanus.search.explain import explain
from elanus.search.query import query
from elanus.search.run import search

__all__ = ["explain", "query", "search"]
