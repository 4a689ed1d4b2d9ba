"""The write path: a write is numbered, applied to a view, logged, published.

commit.py   group commit, the only way rows change
write.py    a write as a value: applied to a view, recorded in the log, replayed after a crash
journal.py  the log files of a collection and the growing segments whose rows they hold
intake.py   rows on their way in: generated keys, partition of each row
room.py     how much may grow before it is sealed
"""
