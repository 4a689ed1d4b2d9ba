"""What users call: the real pymilvus clients, on a data directory instead of a server."""

from __future__ import annotations

import os
from typing import Any

import pymilvus
import xxhash

from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.indexes import Indexes
from elanus.doors.embedded.aio import AsyncEmbeddedChannel
from elanus.doors.embedded.channel import EmbeddedChannel

_SCHEMES = ("http://", "https://", "tcp://", "unix:", "grpc://")
DEFAULT_ALIAS = "default"


class MilvusClient(pymilvus.MilvusClient):  # type: ignore[misc]
    """pymilvus's client on a data directory (made if it is not there); a server's URI is passed through.

    >>> client = MilvusClient("./demo.db")
    """

    def __init__(self, uri: str | os.PathLike[str] = "./elanus.db", **kwargs: Any) -> None:
        if is_server(uri):
            super().__init__(str(uri), **kwargs)
            return
        channel = EmbeddedChannel(uri)
        try:
            super().__init__(_address(channel), channel=channel, dedicated=True, **kwargs)
        except BaseException:
            channel.close()
            raise
        _bind_directly(self._handler, channel)

    @property
    def indexes(self) -> Indexes:
        """What Elanus offers for indexes beyond the Milvus API; refused by a server that is not Elanus."""
        return Indexes(AdminClient(self._handler._final_channel), self._config.db_name)


class AsyncMilvusClient(pymilvus.AsyncMilvusClient):  # type: ignore[misc]
    """pymilvus's asyncio client on a data directory; a server's URI is passed through."""

    def __init__(self, uri: str | os.PathLike[str] = "./elanus.db", **kwargs: Any) -> None:
        if is_server(uri):
            super().__init__(str(uri), **kwargs)
            return
        channel = AsyncEmbeddedChannel(uri)
        super().__init__(_address(channel.embedded), channel=channel, dedicated=True, **kwargs)


def connect(path: str | os.PathLike[str], alias: str = DEFAULT_ALIAS, **kwargs: Any) -> None:
    """Connects pymilvus's ORM (``Collection``, ``utility`` ...) to a data directory under an alias."""
    channel = EmbeddedChannel(path)
    try:
        pymilvus.connections.connect(alias, uri=_address(channel), channel=channel, **kwargs)
    except BaseException:
        channel.close()
        raise


def is_server(uri: str | os.PathLike[str]) -> bool:
    """Whether this names a server and not a data directory."""
    return isinstance(uri, str) and uri.startswith(_SCHEMES)


def _address(channel: EmbeddedChannel) -> str:
    """What the client calls its connection. pymilvus keeps schemas by it, and takes meaning from parts of a path."""
    return f"unix:elanus-{xxhash.xxh3_64_hexdigest(os.fsencode(channel.path))}"


def _bind_directly(handler: Any, channel: EmbeddedChannel) -> None:
    """Calls without gRPC's interceptor chain, which only adds an identifier that nobody reads in-process.

    It costs 10 to 20 microseconds a call, a tenth of a search.
    """
    handler._stub = type(handler._stub)(channel)
    handler._final_channel = channel
