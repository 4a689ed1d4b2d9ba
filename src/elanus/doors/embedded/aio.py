"""The in-process channel for asyncio: calls run on a few threads, so the event loop stays free."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from elanus.doors.embedded.channel import EmbeddedChannel, not_offered
from elanus.doors.grpc_v2.call import Metadata

_THREADS = 8


class AsyncEmbeddedChannel(grpc.aio.Channel):  # type: ignore[misc]
    """A ``grpc.aio.Channel`` to the data directory at ``path``."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.embedded = EmbeddedChannel(path)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="elanus-aio")
        self._unary_unary_interceptors: list[Any] = []
        """pymilvus appends here; what its interceptors add (an identifier) nobody reads in-process."""

    def unary_unary(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        def call(request: Any, *, timeout: float | None = None, metadata: Metadata | None = None,
                 **_more: Any) -> asyncio.Future[Any]:  # fmt: skip
            loop = asyncio.get_running_loop()
            return loop.run_in_executor(self._pool, self.embedded.call, method, request, timeout, metadata)

        return call

    def unary_stream(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        return not_offered(method)

    def stream_unary(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        return not_offered(method)

    def stream_stream(self, method: str, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
        return not_offered(method)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return grpc.ChannelConnectivity.READY

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """The state is READY until the channel is closed."""

    async def channel_ready(self) -> None:
        """It is, from the start."""

    async def close(self, grace: float | None = None) -> None:
        """Waits for calls under way, then leaves the database."""
        await asyncio.to_thread(self._pool.shutdown, wait=True)
        await asyncio.to_thread(self.embedded.close)

    async def __aenter__(self) -> AsyncEmbeddedChannel:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()
