"""What happens to rows after the write: sealed into files, merged, set apart when damaged.

seal.py         growing rows become segment files; the log they were in goes away
sealed.py       segment files, written from a segment and opened as one
bulk.py         a large insert becomes segment files at once
compact.py      which segments are merged, and when
merge.py        segments become one, rows that left are dropped
merged_rows.py  the rows a merge keeps, a few at a time
infos.py        what can be said of each segment
damaged.py      parts with damaged files: set apart, given up
"""
