"""``elanus demo``"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Interactive = Annotated[bool, typer.Option("--interactive", help="at the end, ask questions of your own")]
Keep = Annotated[Path, typer.Option("--data", help="directory for the data; it stays, to be served or looked at")]


def demo(interactive: Interactive = False, data: Keep = Path("elanus-demo")) -> None:
    """Index ten thousand real texts, watch the build, ask, switch the index under load, drop it. Under two minutes."""
    from elanus.cli.demo.story import tell  # loads pymilvus, which takes a second

    tell(data, interactive)
