"""Elanus: a vector database in Python that speaks Milvus.

>>> client = elanus.MilvusClient("./demo.db")  # pymilvus's own client, no server needed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from elanus.doors.embedded.client import AsyncMilvusClient, MilvusClient, connect

__version__ = "0.1.0"
__all__ = ["AsyncMilvusClient", "MilvusClient", "__version__", "connect"]


def __getattr__(name: str) -> object:
    """The clients, imported when they are first asked for: pymilvus takes a second or two."""
    if name in ("AsyncMilvusClient", "MilvusClient", "connect"):
        from elanus.doors.embedded import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
