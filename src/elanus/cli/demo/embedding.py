"""Texts as vectors, without a model to download: TF-IDF and truncated SVD, latent semantic analysis.

source  Deerwester et al. 1990, "Indexing by Latent Semantic Analysis"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from elanus.errors import NotReady

Floats = npt.NDArray[np.float32]
DIM = 256

_EMPTY_WORDS = frozenset(["the", "this", "that", "and", "for", "from", "with", "not", "how", "what", "when", "can"])
_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}|\d{2,}")


class Embedding:
    """Fitted on the texts it will be asked about."""

    def __init__(self, texts: Sequence[str]) -> None:
        """raises  NotReady: scikit-learn is not installed"""
        try:
            from sklearn.decomposition import TruncatedSVD
            from sklearn.feature_extraction.text import TfidfVectorizer
        except ModuleNotFoundError as missing:
            raise NotReady("the demo needs scikit-learn; install it with: pip install 'elanus[demo]'") from missing
        self._terms: Any = TfidfVectorizer(tokenizer=words, token_pattern=None, sublinear_tf=True, min_df=3, max_df=0.3)
        self._axes: Any = TruncatedSVD(DIM, algorithm="randomized", n_iter=3, random_state=7)
        self.vectors: Floats = _unit(self._axes.fit_transform(self._terms.fit_transform(texts)))
        """(n, 256) float32, unit length; zeros for a text without a known word."""

    def of(self, question: str) -> Floats:
        """(256,) float32, unit length."""
        vector: Floats = _unit(self._axes.transform(self._terms.transform([question])))[0]
        return vector


def words(text: str) -> list[str]:
    """Lower-case words, ``camelCase`` and ``snake_case`` names taken apart; plural endings and empty words dropped."""
    found = (_singular(word.lower()) for word in _WORD.findall(text))
    return [word for word in found if word not in _EMPTY_WORDS]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _unit(vectors: npt.NDArray[np.float64]) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return scaled
