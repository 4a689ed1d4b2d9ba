"""The index types for dense vectors. One file each, found by :mod:`elanus.index.registry`; nothing lists them."""
