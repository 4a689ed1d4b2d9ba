"""What the types with lists share.

assigned.py     the list of every row, and the places that follow from it
list_file.py    lists of known lengths in a file as faiss has it, filled where they lie
two_passes.py   building with these: lists are found first, then filled
"""
