"""Calls on the server itself."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import Any

from msgspec import field

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import PLAIN, Request, Response
from elanus.doors.rest.milvus1.call import DONE, OK, Body, Reply, body_of, endpoint
from elanus.errors import BodyIncomplete, NotImplementedYet
from elanus.service import Service

_GIBIBYTE = 2**30


class OfPartitions(Body, frozen=True, kw_only=True):
    """partition_tags  none = the whole collection"""

    collection_name: str
    partition_tags: list[str] = field(default_factory=list)


class Flushed(Body, frozen=True, kw_only=True):
    collection_names: list[str]


class OfCollection(Body, frozen=True, kw_only=True):
    collection_name: str


class Task(Body, frozen=True, kw_only=True):
    """One of these."""

    load: OfPartitions | None = None
    release: OfPartitions | None = None
    flush: Flushed | None = None
    compact: OfCollection | None = None


class SystemCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._upkeep = service.v1.upkeep
        self._commands = service.v1.commands

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/", _welcome, "Milvus 1.x", "A welcome."),
            endpoint("GET", "/state", lambda _: DONE, "Whether the server answers."),
            endpoint("GET", "/devices", _devices, "Memory in GiB."),
            endpoint("GET", "/system/config", self.settings, "Settings by section."),
            endpoint("GET", "/system/{info}", self.info, "The answer to a command: info, version, status, mode ..."),
            endpoint("PUT", "/system/task", self.run, "Load, release, flush or compact.", Task),
            *_not_offered(),
        ]

    def info(self, request: Request) -> Reply:
        word = request.parameters["info"]
        return Reply({**OK, "reply": self._commands.answer(_COMMANDS.get(word, word))})

    def settings(self, _request: Request) -> Reply:
        sections: dict[str, dict[str, str]] = defaultdict(dict)
        for name, value in self._commands.settings().items():
            section, _, key = name.partition(".")
            sections[section][key] = value
        return Reply({**OK, **sections, "restart_required": False})

    def run(self, request: Request) -> Reply:
        task = body_of(request, Task)
        if task.load:
            self._collections.preload(self._collections.table(task.load.collection_name), _tags(task.load))
        elif task.release:
            self._collections.release(self._collections.table(task.release.collection_name), _tags(task.release))
        elif task.flush:
            for table in [self._collections.table(name) for name in task.flush.collection_names]:
                self._upkeep.flush(table)
        elif task.compact:
            self._upkeep.compact(self._collections.table(task.compact.collection_name))
        else:
            raise BodyIncomplete("One of 'load', 'release', 'flush' and 'compact' is required")
        return DONE


_COMMANDS = {"info": "get_system_info"}


def _tags(asked: OfPartitions) -> tuple[str, ...]:
    return tuple(asked.partition_tags)


def _welcome(_request: Request) -> Response:
    return Response(b"Welcome to milvus", content_type=PLAIN)


def _devices(_request: Request) -> Reply:
    memory: int = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    gpus: dict[str, Any] = {}
    return Reply({"cpu": {"memory": memory // _GIBIBYTE}, "gpus": gpus})


def _not_offered() -> list[Endpoint]:
    """Settings of Elanus are given when it starts."""
    calls = [(method, f"/config/{kind}") for kind in ("advanced", "gpu_resources") for method in ("GET", "PUT")]
    return [
        endpoint(method, path, _refuse, "Not implemented yet.") for method, path in [*calls, ("PUT", "/system/config")]
    ]


def _refuse(request: Request) -> Reply:
    raise NotImplementedYet(
        f"{request.method} {request.path} is not implemented by Elanus yet: its settings are given when it starts,"
        " see `elanus config`"
    )
