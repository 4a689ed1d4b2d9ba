"""Options of the commands on users."""

from __future__ import annotations

from typing import Annotated

import typer

User = Annotated[str, typer.Argument(help="user", show_default=False)]
Role = Annotated[str, typer.Argument(help="role", show_default=False)]
