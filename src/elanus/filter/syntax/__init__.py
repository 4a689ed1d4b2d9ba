"""From the text of a filter to its syntax tree, before any schema is known.

source.py             the text, and the one way to say what is wrong with it
tokens.py             text -> tokens; literals.py: numbers and strings
parse.py              tokens -> tree; cursor.py: where it stands among them
tree.py               the nodes
paths.py              a JSON path on its own
"""
