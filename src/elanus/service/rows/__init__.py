"""Rows that are written: insert, upsert and delete, and every check of the columns that are sent.

data.py            the use cases
block.py           from the columns sent to one checked block of rows
values.py          the values of a column; vectors.py, geometry.py: those of vectors, of shapes
json_columns.py    from values of JSON to a column; json_vectors.py: of vectors
computed.py        the columns that functions compute
partial_update.py  upserts that send only some columns
"""
