"""What the demo tells, scene by scene."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from elanus import MilvusClient
from elanus.cli.demo.bookshelf import COLLECTION, Answer, Bookshelf
from elanus.cli.demo.corpus import Docstring, standard_library
from elanus.cli.demo.embedding import DIM, Embedding
from elanus.cli.demo.searching import Searching
from elanus.cli.output import bytes_text, console
from elanus.cli.progress import watch
from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.session import directory, refusals
from elanus.engine.requests import IndexStatus

QUESTIONS = (
    "How do I parse a date and time in ISO format?",
    "How do I serialize an object to JSON?",
    "calculate the variance and standard deviation",
    "wait until another thread releases a lock",
    "create a server that listens on a TCP socket",
)
SHOWN = 3
PROBES = 200


def tell(data: Path, interactive: bool) -> None:
    """The whole story; the data stays in ``data``. interactive: ends with questions of the user's own."""
    title("Elanus", "a vector database in Python that speaks Milvus, built around the life cycle of an index")
    texts, embedding = read_and_embed()
    with opened(data) as library:
        insert(library, texts, embedding)
        build(library)
        questions(library, embedding)
        switch_under_load(library, embedding)
        drop(library, embedding)
        if interactive:
            ask_freely(library, embedding)
    console.print(
        Panel(
            f"The data stays in [bold]{data}[/]. Serve it to any Milvus client:\n\n"
            f"    [bold cyan]elanus serve --data {data}[/]\n\n"
            f"and look into it: [cyan]elanus collections --data {data}[/], [cyan]elanus inspect {data}[/]",
            title="what next",
            border_style="green",
        )
    )


@contextmanager
def opened(data: Path) -> Iterator[Bookshelf]:
    """The real Milvus client, and beside it the admin client for what Milvus clients cannot ask."""
    client, channel = MilvusClient(data), directory(data)
    try:
        yield Bookshelf(client, AdminClient(channel))
    finally:
        channel.close()
        client.close()


def read_and_embed() -> tuple[list[Docstring], Embedding]:
    scene(1, "Texts", "the docstrings of the Python installed here; nothing is downloaded")
    with console.status("reading the standard library"):
        texts = standard_library()
    console.print(f"[green]read[/] {len(texts):,} texts")
    with console.status("embedding: TF-IDF and truncated SVD"):
        embedding = Embedding([f"{text.name}\n{text.text}" for text in texts])
    console.print(f"[green]embedded[/] as vectors of {DIM} numbers")
    return texts, embedding


def insert(library: Bookshelf, texts: list[Docstring], embedding: Embedding) -> None:
    scene(2, "Insert", "through the real pymilvus client, in this process, without a socket")
    library.create()
    with Progress(
        TextColumn("[bold]insert[/]"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        task = progress.add_task("", total=len(texts))
        for count in library.insert(texts, embedding.vectors):
            progress.advance(task, count)


def build(library: Bookshelf) -> None:
    scene(3, "Build an index", "IVF_FLAT, in a background process; searches could go on meanwhile")
    library.declare_index("IVF_FLAT", nlist=128)
    status = watch(library.status, console)
    library.load()
    console.print(
        f"[green]built[/] {status.indexed_rows:,} rows, {bytes_text(status.file_bytes)}; "
        f"the build searched a sample both ways: {recall_measured(status)}"
    )


def questions(library: Bookshelf, embedding: Embedding) -> None:
    scene(4, "Ask", "five questions, the texts found, and how many of the true nearest are among them")
    for question in QUESTIONS:
        show(question, library.ask(embedding.of(question), nprobe=16))
    recall = library.recall(embedding.vectors, embedding.vectors[:: len(embedding.vectors) // PROBES], nprobe=16)
    console.print(
        f"[green]recall@10[/] {recall:.3f} against exact search, measured here with {PROBES} texts as queries"
    )


def switch_under_load(library: Bookshelf, embedding: Embedding) -> None:
    scene(5, "Switch the index", "IVF_FLAT → HNSW, while a thread searches without a pause")
    searching = Searching(library.ids, embedding.vectors[:1000], refusals())
    searching.start()
    library.switch_index("HNSW", M=16, efConstruction=200)
    status = watch(library.status, console)
    tally = searching.tally()
    failed = len(tally.failures)
    colour = "red" if failed else "green"
    console.print(
        f"[green]now[/] {status.type}. During the switch: {tally.searches:,} searches, "
        f"[{colour}]{failed} failed[/], p50 {tally.p50_ms:.2f} ms, p99 {tally.p99_ms:.2f} ms"
    )
    for reason in sorted(set(tally.failures)):
        console.print(f"  [red]{reason}[/]")


def drop(library: Bookshelf, embedding: Embedding) -> None:
    scene(6, "Drop the index", "gone at once; the next search is exact")
    library.drop_index()
    show(QUESTIONS[0], library.ask(embedding.of(QUESTIONS[0])))
    recall = library.recall(embedding.vectors, embedding.vectors[:: len(embedding.vectors) // PROBES])
    console.print(f"[green]recall@10[/] {recall:.3f}: without an index every answer is exact")


def ask_freely(library: Bookshelf, embedding: Embedding) -> None:
    scene(7, "Your turn", f"ask {COLLECTION} anything; an empty line ends")
    while question := console.input("[bold cyan]? [/]").strip():
        show(question, library.ask(embedding.of(question)))


def show(question: str, answer: Answer) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(style="dim", justify="right", min_width=4, no_wrap=True)
    table.add_column(style="cyan", no_wrap=True, overflow="ellipsis", max_width=36)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for found in answer.found[:SHOWN]:
        table.add_row(f"{found.score:.2f}", Text(found.name), Text(found.text.strip().splitlines()[0]))
    console.print(f"[bold]{escape(question)}[/]  [dim]{answer.latency_ms:.2f} ms[/]")
    console.print(table)
    console.print()


def recall_measured(status: IndexStatus) -> str:
    return f"recall@10 {status.recall['recall_at_10']:.3f}" if status.recall else "no segment was large enough"


def title(name: str, sentence: str) -> None:
    console.print(Panel(sentence, title=f"[bold]{name}[/]", border_style="cyan"))


def scene(number: int, name: str, sentence: str) -> None:
    console.print(f"\n[bold cyan]{number}  {name}[/]  [dim]{sentence}[/]")
