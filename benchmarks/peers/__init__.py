"""Databases that are measured: one file each, all meeting :class:`benchmarks.peers.base.Peer`."""

from __future__ import annotations

from benchmarks.peers.base import Peer
from benchmarks.peers.elanus import Elanus
from benchmarks.peers.env import PeerUnavailable
from benchmarks.peers.lancedb import LanceDB
from benchmarks.peers.milvus import Milvus
from benchmarks.peers.milvus_lite import MilvusLite

__all__ = ["Elanus", "LanceDB", "Milvus", "MilvusLite", "Peer", "PeerUnavailable"]
