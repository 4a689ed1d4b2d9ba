"""An admin client on a running server, or on a data directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.server_uri import ServerUri
from elanus.errors import Error, NotReady, ParameterInvalid
from elanus.storage.layout import Layout

DEFAULT_URI = "http://127.0.0.1:19530"
ANSWER_SECONDS = 3.0


@contextmanager
def open_session(uri: str | None, data: Path | None) -> Iterator[AdminClient]:
    """Either of the two; the default server when neither is given.

    raises  NotReady: nobody answers at the URI; ParameterInvalid: both given, or the directory holds no data
    """
    if uri is not None and data is not None:
        raise ParameterInvalid("give either --uri or --data, not both")
    server = ServerUri.of(uri or DEFAULT_URI, os.environ)
    channel = _server_channel(server) if data is None else existing_directory(data)
    try:
        yield AdminClient(channel, server.metadata if data is None else ())
    finally:
        channel.close()


def existing_directory(data: Path) -> Any:
    """A channel to a data directory that is there already, here or through the process that has it open."""
    if not Layout(data).catalog.exists():
        raise ParameterInvalid(f"{data} holds no Elanus data; give the directory that was served or opened")
    return directory(data)


def directory(data: Path) -> Any:
    """A channel to a data directory, made if it is not there."""
    from elanus.doors.embedded.channel import EmbeddedChannel  # loads the whole engine; not needed to ask a server

    return EmbeddedChannel(data)


def refusals() -> tuple[type[Exception], ...]:
    """What a call of the Milvus client or of the admin client raises when it fails."""
    import grpc
    from pymilvus.exceptions import MilvusException  # takes a second; only needed where such a client is used

    return Error, MilvusException, grpc.RpcError


def _server_channel(server: ServerUri) -> Any:
    import grpc  # as in AdminClient

    channel = grpc.insecure_channel(server.address)
    try:
        grpc.channel_ready_future(channel).result(ANSWER_SECONDS)
    except grpc.FutureTimeoutError:
        channel.close()
        raise NotReady(
            f"no server answers at {server.address}; start one with `elanus serve`, name another with --uri, "
            f"or give a data directory with --data"
        ) from None
    return channel
