"""Every peer started, loaded with the same rows and brought to the same recall; reused by all topics of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import Dataset, Ints
from benchmarks.figures import recall
from benchmarks.peers import Elanus, Milvus, MilvusLite, Peer, PeerUnavailable
from benchmarks.peers.agent import Agent, AgentFailed, call_together
from benchmarks.processes import NOTHING, Memory, memory_of

K = 10
BATCH = 1000
TARGET_RECALL = 0.95
EFS = (10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384)


@dataclass(frozen=True)
class LoadFigures:
    """How long the rows took; ready_s is from the first insert to the index finished and loaded."""

    rows_per_second: float
    batch_ms: tuple[float, float]
    flush_s: float
    index_s: float
    ready_s: float


@dataclass
class Loaded:
    """A running peer with its data; ``ef`` is its smallest that reaches the target, at ``recall``.

    ready  its memory when all rows were indexed, loaded and had been searched
    """

    peer: Peer
    agent: Agent
    figures: LoadFigures
    metric: str
    ef: int = 0
    recall: float = 0.0
    ready: Memory = NOTHING

    @property
    def name(self) -> str:
        return self.peer.name

    @contextmanager
    def clients(self, count: int) -> Iterator[list[Agent]]:
        """That many connected client processes, ended afterwards."""
        agents = [self.peer.agent() for _ in range(count)]
        try:
            call_together(agents, "connect", uri=self.peer.uri)
            yield agents
        finally:
            for agent in agents:
                agent.stop()

    def arguments(self, **more: Any) -> dict[str, Any]:
        """Of the agent's ``search``: this peer's metric and ef."""
        return {"metric": self.metric, "params": {"ef": self.ef}, "k": K, **more}


class Fleet:
    """Peers are started on first use; one that cannot be is reported and left out."""

    def __init__(self, data: Dataset, folder: Path, elanus_only: bool, index_type: str) -> None:
        self.data = data
        self.folder = folder
        self.exported = data.export(folder)
        self._peers: list[Peer] = [Elanus(folder / "elanus", self.exported, index_type)]
        if not elanus_only:
            self._peers += [Milvus(folder / "milvus", self.exported), MilvusLite(folder / "lite", self.exported)]

    @cached_property
    def truth(self) -> Ints:
        """(q, K) exact neighbours of every query."""
        return self.data.neighbors(K)

    @cached_property
    def loaded(self) -> list[Loaded]:
        """The peers that could be started and loaded, Elanus first."""
        return [each for peer in self._peers if (each := self._try(peer)) is not None]

    @cached_property
    def reference(self) -> str:
        """The peer ratios refer to: Milvus when it runs."""
        names = [each.name for each in self.loaded]
        return "milvus" if "milvus" in names else names[0]

    def stop(self) -> None:
        """Ends every client and server this fleet started."""
        for each in self.__dict__.get("loaded", []):
            each.agent.stop()
            each.peer.stop()

    def _try(self, peer: Peer) -> Loaded | None:
        try:
            return self._load(peer)
        except (PeerUnavailable, AgentFailed) as error:
            peer.stop()
            print(f"{peer.name} is not measured: {error}")
            return None

    def _load(self, peer: Peer) -> Loaded:
        agent = start(peer)
        figures = insert_and_index(agent, peer, self.data)
        loaded = Loaded(peer, agent, figures, self.data.metric)
        loaded.ef, loaded.recall = smallest_ef(loaded, self.truth)
        loaded.ready = memory_of(peer.pid)
        return loaded


def start(peer: Peer) -> Agent:
    """Starts the peer and a client process that has reached it. Raises PeerUnavailable when it ends instead."""
    agent = peer.agent()
    peer.start()
    agent.post("first_contact", uri=peer.uri, since=time.time())
    while not agent.answered():
        peer.check_alive()
        time.sleep(0.02)
    agent.answer()
    agent.call("connect", uri=peer.uri)
    return agent


def insert_and_index(agent: Agent, peer: Peer, data: Dataset) -> LoadFigures:
    """Rows in by batches, flush, index, load: what a user does, timed step by step."""
    agent.call("create")
    batches = agent.call("insert", first=0, last=data.row_count, batch=BATCH)["batch_s"]
    flush_s = agent.call("flush")["seconds"]
    index_s = agent.call("index", index_type=peer.index_type, metric=data.metric, params=peer.index_params)["seconds"]
    load_s = agent.call("load")["seconds"]
    p50, p99 = np.percentile(batches, [50, 99]) * 1000
    return LoadFigures(
        rows_per_second=data.row_count / sum(batches),
        batch_ms=(float(p50), float(p99)),
        flush_s=flush_s,
        index_s=index_s,
        ready_s=sum(batches) + flush_s + index_s + load_s,
    )


def smallest_ef(loaded: Loaded, truth: Ints) -> tuple[int, float]:
    """The first ef that reaches the target over 500 queries, and the recall there."""
    reached = 0.0
    for ef in EFS:
        answer = loaded.agent.call("search", metric=loaded.metric, params={"ef": ef}, k=K, nq=100, count=5)
        reached = recall(answer["ids"], truth)
        if reached >= TARGET_RECALL:
            return ef, reached
    return EFS[-1], reached
