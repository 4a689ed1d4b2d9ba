"""The indexes of a collection: declared, built, measured, exchanged, verified, dropped.

indexing.py     all of it for one collection
definitions.py  declared, altered, switched, dropped; specs.py: from a user's parameters
family.py, roles.py  several indexes on one field: which serves, which wait
wanted.py       which builds are missing; builds.py: those under way, and what came of them
column.py       what a scalar index is built over
serving.py      the opened index files that serve searches
status.py       what can be said of an index now, from its builds
verifying.py    files read again; what is damaged is built again
measuring.py    recall and latency of whole searches; recent.py: the searches to measure with
measured.py     what measuring and verifying tell
reports.py, live_recall.py  measured on demand, and as searches come
candidates.py, advisor.py, advice.py  what is worth trying, tried over a sample, and the choice
"""
