"""Functions of a schema: fields that are computed from others when rows are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

FIRST_FUNCTION_ID = 100


class FunctionType(IntEnum):
    """Numbers are those of Milvus's ``schema.proto``."""

    UNKNOWN = 0
    BM25 = 1
    TEXT_EMBEDDING = 2
    RERANK = 3
    MIN_HASH = 4
    MOL_FINGERPRINT = 5

    @property
    def milvus_name(self) -> str:
        """``BM25``, ``TextEmbedding``, ``MinHash``."""
        return _MILVUS_NAMES[self]


_MILVUS_NAMES = {
    FunctionType.UNKNOWN: "Unknown",
    FunctionType.BM25: "BM25",
    FunctionType.TEXT_EMBEDDING: "TextEmbedding",
    FunctionType.RERANK: "Rerank",
    FunctionType.MIN_HASH: "MinHash",
    FunctionType.MOL_FINGERPRINT: "MolFingerprint",
}


@dataclass(frozen=True, slots=True)
class Function:
    """inputs, outputs  names of fields; of BM25 one text and the sparse vector of its terms"""

    id: int
    name: str
    type: FunctionType
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    description: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"type": int(self.type)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Function:
        fields = {
            "type": FunctionType(data["type"]),
            "inputs": tuple(data["inputs"]),
            "outputs": tuple(data["outputs"]),
        }
        return Function(**{**data, **fields})
