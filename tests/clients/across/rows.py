"""The rows of every client, and how a search is shown to whoever compares it."""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "pymilvus"))

from data import DIM, IDS, VECTORS, nearest

__all__ = ["DIM", "IDS", "VECTORS", "nearest", "show"]


def show(ids):
    print("found", json.dumps([int(one) for one in ids]))
