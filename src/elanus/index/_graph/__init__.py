"""What the graph types share: over rows, over codes of them, in memory and on disk.

base.py     HNSW as faiss has it: parameters, building, searching
rows.py     links beside the segment's own rows
codes.py    links measured on the rows, kept with codes of them; pieces.py: product codes; disk.py: mapped, not loaded
leading.py  over the directions in which rows differ most; directions.py: which these are
ngt.py      the NGT types, served by the same graph
"""
