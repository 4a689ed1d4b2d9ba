"""Every metric of a server, in one list. Names are Milvus's where they mean the same, ``elanus_`` where they are ours.

Counters and histograms are fed as calls end. Gauges are read from the engine when somebody scrapes, so they cost
nothing in between: a :class:`Reading` says what they are now.

Counts are exported as gauges: a counter of this library ends in ``_total``, and dashboards made for Milvus ask for
the bare names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

LATENCY_BUCKETS_MS = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)


@dataclass(frozen=True, slots=True)
class Described:
    name: str
    about: str
    labels: tuple[str, ...] = ()


REQUESTS = Described("milvus_proxy_req_count", "calls that ended", ("function_name", "status"))
LATENCY = Described("milvus_proxy_req_latency", "duration of a call, milliseconds", ("function_name",))
INSERTED = Described("milvus_proxy_insert_vectors_count", "rows inserted or upserted")
SEARCHED = Described("milvus_proxy_search_vectors_count", "query vectors searched")

DATABASES = Described("milvus_rootcoord_database_num", "databases")
COLLECTIONS = Described("milvus_rootcoord_collection_num", "collections", ("db_name",))
PARTITIONS = Described("milvus_rootcoord_partition_num", "partitions")
SEGMENTS = Described("milvus_datacoord_segment_num", "segments", ("segment_state",))
ROWS = Described("milvus_datacoord_stored_rows_num", "rows stored", ("collection_name", "segment_state"))
DAMAGED = Described("elanus_segments_damaged", "segments and logs whose rows cannot be read", ("collection_name",))
GROWING_BYTES = Described("elanus_growing_bytes", "bytes of rows not yet sealed; writers wait at growing_bytes")
BYTES = Described("elanus_segment_bytes", "bytes of segments", ("segment_state",))
BUILDS = Described("milvus_datacoord_index_task_count", "index builds", ("index_task_status",))
PENDING_ROWS = Described(
    "elanus_index_pending_rows", "sealed rows still searched exactly", ("collection_name", "index")
)
PENDING_SECONDS = Described(
    "elanus_index_pending_seconds", "age of the oldest sealed segment without its index", ("collection_name", "index")
)
INDEX_ROWS = Described("elanus_index_rows", "rows a finished index covers", ("collection_name", "index"))
INDEX_BYTES = Described("elanus_index_bytes", "bytes of finished index files", ("collection_name", "index"))
INDEX_MEMORY = Described("elanus_index_resident_bytes", "memory of open indexes", ("collection_name", "index"))
BUILD_SECONDS = Described(
    "elanus_index_build_seconds", "time the present builds of an index took", ("collection_name", "index")
)
INDEX_SEARCHES = Described(
    "elanus_index_searches", "searches of a segment answered with its index", ("collection_name", "index")
)
EXACT_INSTEAD = Described(
    "elanus_index_exact_searches", "searches of an indexed segment done exactly", ("collection_name", "index")
)
RECALL = Described("elanus_index_recall_at_10", "recall as last measured", ("collection_name", "index"))
LIVE_RECALL = Described(
    "elanus_index_live_recall_at_k", "recall of the last live searches that were measured", ("collection_name", "index")
)

COUNTED = (REQUESTS, LATENCY, INSERTED, SEARCHED)
OF_AN_INDEX = (
    INDEX_ROWS,
    PENDING_ROWS,
    PENDING_SECONDS,
    INDEX_BYTES,
    INDEX_MEMORY,
    BUILD_SECONDS,
    INDEX_SEARCHES,
    EXACT_INSTEAD,
    RECALL,
    LIVE_RECALL,
)
READ = (
    DATABASES,
    COLLECTIONS,
    PARTITIONS,
    SEGMENTS,
    ROWS,
    DAMAGED,
    GROWING_BYTES,
    BYTES,
    BUILDS,
    *OF_AN_INDEX,
)

Reading = Mapping[Described, Mapping[tuple[str, ...], float]]
"""What the gauges are now: for each metric its values by label values."""


class Metrics:
    """The metrics of one server; two servers in a process do not share any."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self.registry = CollectorRegistry()
        self._requests = self._count(REQUESTS)
        self._latency = Histogram(
            LATENCY.name, LATENCY.about, LATENCY.labels, buckets=LATENCY_BUCKETS_MS, registry=self.registry
        )
        self.inserted = self._count(INSERTED)
        self.searched = self._count(SEARCHED)
        self.registry.register(_Gauges(read))

    def call(self, name: str) -> CallMetrics:
        """Where the calls of one RPC are counted; looked up once, used by every call."""
        return CallMetrics(name, self._requests, self._latency)

    def text(self) -> bytes:
        """All of it in Prometheus's text form."""
        return generate_latest(self.registry)

    def _count(self, one: Described) -> Gauge:
        return Gauge(one.name, one.about, one.labels, registry=self.registry)


class CallMetrics:
    """Count and latency of one RPC."""

    def __init__(self, name: str, requests: Gauge, latency: Histogram) -> None:
        self._observe = latency.labels(name).observe
        self._ended = cache(lambda status: requests.labels(name, status).inc)

    def ended(self, seconds: float, status: str) -> None:
        """status  success or fail"""
        self._ended(status)()
        self._observe(seconds * 1000)


class _Gauges:
    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        for one, values in self._read().items():
            family = GaugeMetricFamily(one.name, one.about, labels=one.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family
