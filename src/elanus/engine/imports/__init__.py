"""Bulk imports: files of rows become segments, all of them visible at once, or none.

job.py      what is asked for, how its rows are read, and how far it is
running.py  the jobs of a data directory, one after the other on a thread of their own
staging.py  rows on their way into segment files, no more of them in memory than one batch
repeats.py  primary keys that come more than once in an import
naming.py   the transaction and the view that make them visible
"""
