"""Analyzers of tantivy for several threads: one that works for a thread refuses another ("Already borrowed")."""

from __future__ import annotations

from threading import local
from typing import Any


class OfEachThread(local):
    """Every thread that reads ``analyzer`` gets its own, made when it first does.

    tokenizer, filters  names of tantivy; a filter stands with its arguments
    """

    def __init__(self, tokenizer: str, *filters: tuple[str, tuple[Any, ...]]) -> None:
        from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

        builder = TextAnalyzerBuilder(getattr(Tokenizer, tokenizer)())
        for name, arguments in filters:
            builder = builder.filter(getattr(Filter, name)(*arguments))
        self.analyzer = builder.build()
