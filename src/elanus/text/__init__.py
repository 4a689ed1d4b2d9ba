"""Text: from what a person wrote to terms that can be counted and looked for.

An analyzer is a tokenizer and filters, as in Milvus: the tokenizer cuts a text into words, each filter changes, drops
or splits a word. The words are those of Milvus, whose tokenizers and filters are tantivy's and jieba's, as ours are.

A column of texts becomes columns of tokens (:class:`elanus.text.tokens.Tokens`); filters see each distinct word once.
A new filter is one entry in ``filters.py``, a new tokenizer one in ``tokenizers.py``.
"""
