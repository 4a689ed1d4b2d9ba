"""What is read of a page of documentation, and that every plan names states there are."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from clients.curl.page import blocks_of
from clients.curl.ready import READY

PLANS = sorted((Path(__file__).parent / "curl" / "plans").glob("*.toml"))
PAGE = """
# A page
```python
print("curl is not called here")
```
<div>

    ```bash
    export SCHEMA='{"a": 1}'
    ```
</div>
```shell
$ curl -X POST "http://localhost:19530/one" -d "$SCHEMA"
# {"code": 0, "data": [1, 2,]}
$ curl localhost:19530/two
```
```json
{"code": 0}
```
```bash
curl localhost:19530/three
{"status": "ok"}
```
```bash
docker run something; curl localhost:19530/four
```

## Request

```shell
curl is described here
```
"""


def test_blocks_of_a_page_with_the_answers_it_shows(tmp_path):
    (tmp_path / "page.md").write_text(PAGE)
    variables, two, printed = blocks_of(tmp_path / "page.md")
    assert (variables.text.strip(), variables.commands) == ("""export SCHEMA='{"a": 1}'""", 0)
    assert two.commands == 2
    assert two.shown == [{"code": 0, "data": [1, 2]}, {"code": 0}]
    assert two.text.startswith("curl -X POST"), "without the prompt"
    assert (printed.text.strip(), printed.shown) == ("curl localhost:19530/three", [{"status": "ok"}])


@pytest.mark.parametrize("plan", PLANS, ids=[path.stem for path in PLANS])
def test_plans_name_states_there_are(plan):
    pages = tomllib.loads(plan.read_text())["pages"].values()
    named = {name for page in pages for name in page.get("ready", ())}
    named |= {name for page in pages for _text, *names in page.get("first", ()) for name in names}
    assert named <= READY.keys()
    assert all(len(one) in (2, 3) and one[1] for page in pages for one in page.get("differs", ()))


def test_every_state_is_needed():
    assert not [name for name in READY if not any(f'"{name}"' in plan.read_text() for plan in PLANS)]
