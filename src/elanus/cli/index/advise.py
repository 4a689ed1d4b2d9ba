"""``elanus index advise``"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elanus.cli.index.chart import save_chart
from elanus.cli.index.create import FieldName
from elanus.cli.index.drawing import drawing
from elanus.cli.options import Collection, Data, Database, Json, Uri
from elanus.cli.output import bytes_text, console, params_text, print_json, print_table
from elanus.cli.quantities import BYTES, MICROSECONDS, quantity
from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.session import open_session
from elanus.doors.admin.wire import AdviceRequest, NewIndex, Switch, Target
from elanus.engine.indexes.wish import Wish
from elanus.errors import Rejected

if TYPE_CHECKING:
    from elanus.engine.indexes.advice import Advice

Recall = Annotated[float, typer.Option("--recall", help="recall@10 that searches shall reach", min=0.5, max=0.999)]
Memory = Annotated[str, typer.Option("--memory", help="most memory the index may take, for example 1GB")]
P99 = Annotated[str, typer.Option("--p99", help="longest 99th percentile of a search, for example 5ms")]
Plot = Annotated[Path | None, typer.Option("--plot", help="draw into this file, .png or .svg")]
Apply = Annotated[bool, typer.Option("--apply", help="switch the field to the advised index, or create it")]


def advise(
    collection: Collection,
    field: FieldName,
    recall: Recall = 0.95,
    memory: Memory = "",
    p99: P99 = "",
    plot: Plot = None,
    apply: Apply = False,
    uri: Uri = None,
    data: Data = None,
    db: Database = "default",
    json: Json = False,
) -> None:
    """Try index types over a sample of a field's rows, and tell which serves as wished. Takes a minute."""
    wish = Wish(recall, int(quantity(memory, BYTES, "1GB")), quantity(p99, MICROSECONDS, "5ms"))
    target = Target(db, collection)
    with open_session(uri, data) as admin:
        found = admin.advise_index(AdviceRequest(target, field, wish))
        if not found:
            raise Rejected(f"no candidate could be built over a sample of {field}; see the log of the server")
        if apply:
            _apply(admin, target, field, found[0], wish)
    if plot is not None:
        save_chart(found, recall, plot)
    if json:
        return print_json(found)
    _show(found, wish)
    return console.print(f"applied: watch it: elanus index watch {collection}") if apply else None


def _show(found: Sequence[Advice], wish: Wish) -> None:
    from elanus.engine.indexes.advice import reason  # as in AdminClient

    print_table(
        ("type", "parameters", "search with", "recall#", "p50 us#", "p99 us#", "memory#", "build s#", "against it"),
        [_row(advice) for advice in found],
        nothing="no candidates",
    )
    console.print(f"\n{reason(found[0], wish)}\n")
    console.print(
        drawing({one.type: one.points for one in found}, "promised recall@10", "searches a second"), markup=False
    )
    by_memory = {one.type: [(one.recall, one.memory_bytes / 2**20)] for one in found}
    console.print("\n" + drawing(by_memory, "promised recall@10", "memory, MiB"), markup=False)


def _row(advice: Advice) -> tuple[str, ...]:
    name, value = advice.effort
    return (
        advice.type,
        params_text(advice.params),
        f"{name}={value}" if name else "",
        f"{advice.recall:.3f}",
        f"{advice.p50_us:,.0f}",
        f"{advice.p99_us:,.0f}",
        bytes_text(advice.memory_bytes),
        f"{advice.build_seconds:,.1f}",
        advice.against,
    )


def _apply(admin: AdminClient, target: Target, field: str, best: Advice, wish: Wish) -> None:
    """Raises Rejected when the best does not meet the wish."""
    from elanus.engine.indexes.advice import reason  # as in AdminClient
    from elanus.index.curve import TARGET_RECALL

    if best.against:
        raise Rejected(f"nothing is applied: {reason(best, wish)}")
    params = {"index_type": best.type, **{name: str(value) for name, value in best.params.items()}}
    if best.type == "AUTOINDEX":
        params[TARGET_RECALL] = str(wish.recall)
    serving = [one for one in admin.indexes(target) if one.field == field and one.role == "serving"]
    if serving:
        named = Target(target.database, target.collection, serving[0].name)
        return admin.switch_index(Switch(named, {**params, "metric_type": str(serving[0].spec["metric"])}))
    return admin.create_index(NewIndex(Target(target.database, target.collection, field), field, params))
