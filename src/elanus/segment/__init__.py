"""Rows as they are read: immutable blocks, the rows that left, primary keys, and the frozen view of a collection.

A segment belongs to one partition. A growing segment is a tuple of in-memory blocks, a sealed one is a single block
mapped from disk; to a reader there is no other difference. Nothing here changes after it is made: a write makes new
objects that share what did not change.
"""
