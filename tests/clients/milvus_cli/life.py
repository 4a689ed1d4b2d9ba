"""The life cycle typed into milvus_cli: its own commands, the answers to its prompts, and what it must print."""

import csv
import json
import os
import re
import sys
from importlib import import_module
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(1, str(Path(__file__).parent.parent / "pymilvus"))

from data import IDS, PRICES, VECTORS, nearest
from steps import Absent, expect, run

NAME = "cli_life"
ADDRESS = os.environ["ELANUS_ADDRESS"]
HOST, PORT = ADDRESS.split(":")
QUERY = VECTORS[17].tolist()
DEFAULT = ""
FILES = Path("files")


class Life:
    """The words of 0.2 and 0.3; later ones say some of it otherwise."""

    connecting = f"connect -h {HOST} -p {PORT}"
    creating = f"create collection -c {NAME} -f id:INT64:key -f price:INT64:price -f vector:FLOAT_VECTOR:8 -p id"
    inserting = f"import -c {NAME} {FILES}/rows.csv"
    describing = f"describe index -c {NAME}"
    deleting = f"delete index -c {NAME}"
    loading, releasing = f"load -c {NAME}", f"release -c {NAME}"
    index_name = ()
    progress = f"show index_progress -c {NAME}"
    search_begins = (json.dumps([QUERY]), "vector")
    grouped_by = ()
    found_row = r"\W*\d+\W+(\d+)\W+[\d.e-]+"
    """A line of a printed result: place, id, distance."""
    query_ends = (DEFAULT, "id,price", DEFAULT, DEFAULT, DEFAULT, DEFAULT)

    def connect(self):
        assert "uccess" in self._typed(self.connecting)

    def create_collection(self):
        _write_rows()
        self._typed(self.creating)
        assert NAME in self._typed("list collections")

    def insert(self):
        self._typed(self.inserting)

    def create_index(self):
        self._typed("create index", NAME, "vector", *self.index_name, "IVF_FLAT", "L2", "16", DEFAULT)

    def describe_index(self):
        assert "IVF_FLAT" in self._typed(self.describing)

    def index_progress(self):
        assert "600" in self._typed(self.progress)

    def load(self):
        self._typed(self.loading)

    def search(self):
        expect(self._found("16", DEFAULT), nearest(QUERY, 3))

    def filtered_search(self):
        expect(self._found("16", "price < 3"), nearest(QUERY, 3, [i for i in IDS if PRICES[i] < 3]))

    def query(self):
        said = self._typed("query", NAME, "id in [14]", *self.query_ends)
        assert "14" in said, said

    def delete_index(self):
        self._typed(self.releasing)
        self._typed(self.deleting, "y")
        assert "IVF_FLAT" not in self._described()

    def drop_collection(self):
        self._typed(f"delete collection -c {NAME}", "y")
        assert NAME not in self._typed("list collections")

    def _described(self):
        """What there is to say of the index; the early ones raise when there is none."""
        try:
            return self._typed(self.describing, may_fail=True)
        except Exception as missing:
            if "ndex" in str(missing):
                return ""
            raise

    def _found(self, nprobe, expression):
        answers = (*self.search_begins, nprobe, *self.grouped_by, DEFAULT, "3", expression, *[DEFAULT] * 5)
        said = self._typed("search", NAME, *answers)
        rows = (re.match(self.found_row, line) for line in said.splitlines())
        return [int(row[1]) for row in rows if row]

    def _typed(self, command, *answers, may_fail=False):
        """What the command prints, given these answers."""
        result = CliRunner().invoke(self._cli(), command.split(), input="".join(f"{one}\n" for one in answers))
        said = result.output
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert may_fail or "rror" not in said, said[-600:]
        return said

    def _cli(self):
        return import_module("milvus_cli.scripts.milvus_cli").cli


class Middle(Life):
    """0.4"""

    connecting = f"connect -uri http://{ADDRESS}"
    inserting = f"insert -c {NAME} {FILES}/rows.csv"
    describing = f"show index -c {NAME} -in life_index"
    deleting = f"delete index -c {NAME} -in life_index"
    loading, releasing = f"load collection -c {NAME}", f"release collection -c {NAME}"
    index_name = ("life_index",)
    grouped_by = ("id",)
    """It takes no empty answer."""
    query_ends = ("id,price", DEFAULT, DEFAULT, DEFAULT, DEFAULT)


class Newest(Middle):
    """1.0 and later"""

    creating = f"create collection --schema-file {FILES}/schema.json"
    inserting = f"insert file -c {NAME} {FILES}/rows.csv"
    search_begins = ("vector", json.dumps(QUERY))
    grouped_by = (DEFAULT,)
    query_ends = Life.query_ends
    index_name = ("vector",)
    describing = f"show index -c {NAME} -in vector"
    deleting = f"delete index -c {NAME} -in vector"
    found_row = r"\W*(\d+)\W+[\d.e-]+ \W*entity"

    def index_progress(self):
        """It never asks the server (IndexClient.get_index_build_progress)."""
        raise Absent(self._typed(f"show index_progress -c {NAME} -in vector"))

    def filtered_search(self):
        raise Absent("it asks for a filter and does not send it (DataClient.search)")

    def _cli(self):
        return import_module("milvus_cli.scripts.milvus_client_cli").cli


def _write_rows():
    FILES.mkdir(exist_ok=True)
    with open(FILES / "rows.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "price", "vector"])
        rows.writerows([i, PRICES[i], json.dumps(VECTORS[i].tolist())] for i in IDS)
    fields = [
        {"name": "id", "type": "INT64", "is_primary": True},
        {"name": "price", "type": "INT64"},
        {"name": "vector", "type": "FLOAT_VECTOR", "dim": 8},
    ]
    (FILES / "schema.json").write_text(json.dumps({"collection_name": NAME, "fields": fields}))


if __name__ == "__main__":
    run({"early": Life, "middle": Middle, "newest": Newest}[sys.argv[1]]())
