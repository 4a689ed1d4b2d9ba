"""A server without an index must not pay for the vector library."""

import subprocess
import sys


def test_declarations_and_exact_search_do_not_import_faiss():
    code = (
        "import sys\n"
        "from elanus.index import build, exact, file, request\n"
        "from elanus.index.registry import index_types\n"
        "assert len(index_types()) >= 6\n"
        "assert 'faiss' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_server_without_a_shape_does_not_import_shapely():
    code = (
        "import sys\n"
        "from elanus.filter.functions import condition_function\n"
        "from elanus.index.scalar.types import scalar_types\n"
        "from elanus.server import app\n"
        "assert 'RTREE' in scalar_types() and condition_function('st_within')\n"
        "assert 'shapely' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
