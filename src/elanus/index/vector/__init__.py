"""The index types for vectors. One file each, found by :mod:`elanus.index.registry`; nothing lists them."""
