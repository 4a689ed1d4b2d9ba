"""Calls on segments."""

from __future__ import annotations

from typing import Any

import numpy as np

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request
from elanus.doors.rest.milvus1.call import OK, Reply, endpoint, page_of
from elanus.service import Service
from elanus.service.v1.rows import MAX_IDS
from elanus.service.v1.statistics import SegmentStatistics, statistics


class SegmentCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._rows = service.v1.rows

    def endpoints(self) -> list[Endpoint]:
        path = "/collections/{collection}/segments"
        return [
            endpoint("GET", path, self.list, "Segments, a page of them."),
            endpoint("GET", f"{path}/{{segment}}/ids", self.ids, "Ids of a segment, a page of them."),
            endpoint("GET", f"{path}/{{segment}}/vectors", self.vectors, "Rows of a segment, a page of them."),
        ]

    def list(self, request: Request) -> Reply:
        wanted = request.query.get("partition_tag", "")
        shown = [
            {"partition_tag": partition.tag, **segment_shown(segment)}
            for partition in statistics(self._collections.table(request.parameters["collection"]))
            for segment in partition.segments
            if wanted in ("", partition.tag)
        ]
        return Reply({"segments": page_of(request, shown), "count": len(shown), **OK})

    def ids(self, request: Request) -> Reply:
        table = self._collections.table(request.parameters["collection"])
        ids = self._rows.ids_of_segment(table, request.parameters["segment"])
        return Reply({"ids": [str(one) for one in page_of(request, ids.tolist())], "count": len(ids), **OK})

    def vectors(self, request: Request) -> Reply:
        table = self._collections.table(request.parameters["collection"])
        ids = self._rows.ids_of_segment(table, request.parameters["segment"])
        wanted = page_of(request, ids.tolist())[:MAX_IDS]
        shown: list[dict[str, Any]] = []
        if wanted:
            rows = self._rows.get(table, np.array(wanted, np.int64), "")
            found = np.array(wanted)[rows.found].tolist()
            shown = [{"id": str(one), "vector": vector} for one, vector in zip(found, rows.vectors, strict=True)]
        return Reply({"vectors": shown, "count": len(ids), **OK})


def segment_shown(segment: SegmentStatistics) -> dict[str, Any]:
    return {
        "name": segment.name,
        "row_count": segment.row_count,
        "index_name": segment.index_type,
        "data_size": segment.data_size,
    }
