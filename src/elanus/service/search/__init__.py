"""Rows that are looked for: search, query and get.

searches.py     the use cases
query_texts.py  queries that are texts
hybrid.py       several searches, one list of rows; rerank.py: how their scores become one
params.py       what clients of earlier releases had to send with a search
distances.py    between vectors that are sent, no rows
"""
