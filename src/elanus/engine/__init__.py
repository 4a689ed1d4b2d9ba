"""The database itself: collections, the write path, and what happens to data after the write. No network, no users.

    database.py     Engine: open and close a data directory; databases, collections, aliases
    definition.py   what a collection is: name, schema, partitions, what is loaded
    collection.py   one collection: its rows, its current view, and the ways to change them
    commit.py       group commit, the only way rows change
    write.py        a write as a value: applied to a view, recorded in the log, replayed after a crash
    journal.py      the log files of a collection and the growing segments whose rows they hold
    intake.py       rows on their way in: generated keys, partition of each row
    bulk.py         a large insert becomes segment files at once
    seal.py         growing rows become segment files; the log they were in goes away
    sealed.py       segment files, written from a segment and opened as one
    compact.py      which segments are merged, and when
    merge.py        segments become one, rows that left are dropped
    indexing.py     index definitions of a collection, and which builds they ask for
    index_status.py what can be said of an index now, from its builds
    serving.py      the opened index files that serve searches
    specs.py        index specs from user parameters and as JSON
    builds.py       the queue of builds and the processes that do them
    worker.py       the process that builds
    recover.py      catalog and log become collections again
    maintenance.py  the clockwork: seals, compactions, builds that are due
    leftovers.py    deleting what no record names any more
    guard.py        the lock of whoever changes something, not interrupted by Ctrl-C
    resources.py    what all collections of a data directory share
    settings.py     what can be tuned
    requests.py     what service asks and is told

Background work is decided by pure functions (``due_for_seal``, ``wanted_builds``, ``plan_merges``) from the current
state, never from remembered intentions: after a crash the same functions decide the same.
"""
