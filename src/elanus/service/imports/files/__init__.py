"""One reader for each kind of file; each gives pieces of columns as the checks of an insert take them.

kinds.py          which reader, by the ending of the name
piece.py          what a reader gives
mapped.py         the contents of a file
names.py          which columns a file must have, and may
arrow_columns.py  columns of Arrow -> columns as an insert sends them; dense.py, sparse.py: of vectors
text_columns.py, json_values.py  texts, values of JSON -> the values of a field
dynamic.py        what a row has besides its declared fields
refused.py        which row it was that could not be read
parquet.py, csv.py, json_rows.py, numpy_files.py
"""
