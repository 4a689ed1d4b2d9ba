"""What a collection is made of: from what a client describes to a checked schema.

drafts.py       a collection, its fields, functions and indexes as they are described, nothing checked
collection.py   the rules of a whole schema; field.py, function.py: those of one field, of its functions
defaults.py     which default values there may be
text_fields.py  which texts are cut into terms, and how
"""
