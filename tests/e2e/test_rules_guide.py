"""The code of docs/rules.md does what it says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.harness.client import ids

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "rules.md"


def test_the_guide_runs_from_top_to_bottom(start_server):
    server = start_server()
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert len(blocks) == 8
    names: dict[str, object] = {}
    try:
        for block in blocks:
            code = block.replace("localhost:50051", f"127.0.0.1:{server.port}")
            exec(compile(code, str(GUIDE), "exec"), names)
    finally:
        names["channel"].close()
    shown = ids(server.client.recommend(user_id="nobody", serving_config="gifts", page_size=50))
    assert shown[2] == "i299" and "i006" not in shown
