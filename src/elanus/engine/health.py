"""Whether an open data directory can do its work, part by part, and what is wrong where it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from elanus.engine.collection import Collection
from elanus.errors import Error
from elanus.storage.files import try_to_write

if TYPE_CHECKING:
    from elanus.engine.database import Engine


@dataclass(frozen=True, slots=True)
class PartHealth:
    """works with ``reasons``: it is degraded, some of what it is for it cannot do."""

    name: str
    works: bool
    reasons: tuple[str, ...] = ()


def health_of(engine: Engine) -> list[PartHealth]:
    """Cheap enough to be asked every second: one small synced write, and a look at every collection."""
    collections = engine.all_collections()
    return [_ownership(engine), _disk(engine), _maintenance(engine), _sealing(collections), _rows(collections)]


def _ownership(engine: Engine) -> PartHealth:
    held = engine.lock.held
    return PartHealth("data directory", held, () if held else ("this process does not hold its lock any more",))


def _disk(engine: Engine) -> PartHealth:
    try:
        try_to_write(engine.resources.layout.data_dir)
    except Error as refused:
        return PartHealth("disk", False, (refused.message,))
    return PartHealth("disk", True)


def _maintenance(engine: Engine) -> PartHealth:
    silent_s = engine.maintenance.silent_s
    if engine.maintenance.is_alive:
        return PartHealth("maintenance", True)
    return PartHealth("maintenance", False, (f"it has not looked at the collections for {silent_s:.0f} s",))


def _sealing(collections: Iterable[Collection]) -> PartHealth:
    failed = tuple(f"collection {c.name}: {c.seals.failure}" for c in collections if c.seals.failure)
    return PartHealth("sealing", True, failed)


def _rows(collections: Iterable[Collection]) -> PartHealth:
    damages = ((c.name, damage) for c in collections for damage in c.view.damages)
    return PartHealth(
        "rows", True, tuple(f"{d.part} of collection {name} is damaged: {d.reason}" for name, d in damages)
    )
