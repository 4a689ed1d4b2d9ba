"""What data looks like: types, fields, collections, metrics, and how each becomes an Arrow column.

Knows no bytes on disk, no network and no index. Everything here is immutable.
"""
