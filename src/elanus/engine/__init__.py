"""The database itself: collections, the write path, and what happens to data after the write. No network, no users.

    database.py     Engine: open and close a data directory; make, drop and rename collections
    names.py        databases, and collections by their names and aliases
    definition.py   what a collection is: name, properties, partitions, what is loaded
    collection.py   one collection: its rows, its current view, and the ways to change them
    fields.py       its fields: added, altered, dropped
    removal.py      rows that go at once: of a partition, or of the whole collection
    writes/         the only way rows change: a write is numbered, applied to a view, logged, published
    segments/       what happens to rows after the write: sealed into files, merged, set apart when damaged
    imports/        files of rows become segments, all of them visible at once
    indexes/        the indexes of a collection: declared, built, measured, exchanged, verified, dropped
    building/       index builds: the queue of the data directory, and the worker processes that take from it
    snapshots/      saved states of a collection: taken, pinned, restored as another one
    read_times.py   the earlier times at which iterators still read
    recover.py      catalog and log become collections again
    maintenance.py  the clockwork: seals, compactions, builds that are due
    health.py       whether all of it can do its work
    leftovers.py    deleting what no record names any more
    guard.py        the lock of whoever changes something, not interrupted by Ctrl-C
    resources.py    what all collections of a data directory share
    settings.py     what can be tuned
    requests.py     what service asks and is told

Background work is decided by pure functions (``due_for_seal``, ``wanted_builds``, ``plan_merges``) from the current
state, never from remembered intentions: after a crash the same functions decide the same.
"""
