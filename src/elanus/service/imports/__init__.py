"""Bulk imports: which files may be read, what they hold, and the jobs that bring their rows in.

imports.py  the use cases: start a job, ask for one, list them
places.py   where files may lie
options.py  how files are read, as clients say it
rows.py     from the files of a job to checked rows
files/      one reader for each kind of file
"""
