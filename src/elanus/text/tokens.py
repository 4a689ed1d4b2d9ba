"""The tokens of a column of texts, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What a tokenizer cut from n texts, before filters.

    words      every word, text after text, as a dictionary column of large_string
    lengths    (n,) words of each text
    positions  (words,) place of each word in its text: neighbours differ by 1 (jieba: by characters)
    """

    words: pa.DictionaryArray
    lengths: Numbers
    positions: Places

    @classmethod
    def of(cls, words: Sequence[str], lengths: Numbers, positions: npt.NDArray[np.int64]) -> Words:
        return cls(pa.array(words, pa.large_string()).dictionary_encode(), lengths, positions.astype(np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Words]) -> Words:
        """Of all texts, in order; ``parts`` has at least one."""
        if len(parts) == 1:
            return parts[0]
        words = pa.chunked_array([part.words for part in parts]).unify_dictionaries().combine_chunks()
        lengths = np.concatenate([part.lengths for part in parts])
        return cls(words, lengths, np.concatenate([part.positions for part in parts]))


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """What is left of n texts after the filters.

    terms      distinct terms
    indptr     (n + 1,) text i has the tokens ``indptr[i]:indptr[i + 1]``
    codes      (tokens,) which of ``terms``
    positions  (tokens,) places of the words they were made from; a word that a filter dropped leaves a gap
    """

    terms: tuple[str, ...]
    indptr: Numbers
    codes: Places
    positions: Places

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row_of_token(self) -> Numbers:
        """(tokens,) the text of each token."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))
