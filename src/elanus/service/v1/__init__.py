"""Milvus 1.x: what its clients may ask, over the same collections as everyone else's.

A collection of 1.x is a *table*: an INT64 id and one vector per row, a metric that never changes, always one index
(FLAT to begin with), always searchable. ``table.py`` says which collections can be seen as one.

    collections.py  create, describe, count, drop      partitions.py  tags, and the patterns that name them
    rows.py         insert, read and delete by id      indexes.py     the one index: switch, drop, describe
    search.py       nearest rows                       statistics.py  what is where
    upkeep.py       flush, compact                     commands.py    version, status, settings
    waiting.py      calls that end when work in the background does, or the server
    closed.py       why they are refused where callers must say who they are

source  Milvus 1.1 server: rules, order of checks and texts
"""
