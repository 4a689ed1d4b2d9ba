"""Saved states of a collection: taken, pinned, dropped, and restored as another collection. No row is copied.

snapshots.py  which there are, and who has them pinned
taking.py     the files of a collection get second names, at one moment
replica.py    a snapshot as another collection: the same records under other ids
restores.py   the jobs that make one
infos.py      what is told of them
"""
