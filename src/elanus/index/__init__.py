"""Index types, exact search and the build function, on plain arrays.

Start with :mod:`elanus.index.base` for the contract; one file in :mod:`elanus.index.vector` is one index type, one in
:mod:`elanus.index.scalar` one of scalar fields.
"""
