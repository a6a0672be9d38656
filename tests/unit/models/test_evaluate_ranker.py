"""The ranker is measured on impressions after the snapshot."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.unit.models.conftest import START_MS, taste_rows, write_snapshot
from torchrec_models import evaluate_ranker_command, train_command

LATER_MS = 400 * 86_400_000


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot `s`, a version in `models` and later events `later.parquet`."""
    root = tmp_path_factory.mktemp("ranker")
    write_snapshot(root / "s", taste_rows(impressions=True), impressions=True)
    arguments = ["--snapshot", str(root / "s"), "--models", str(root / "models")]
    assert train_command.main([*arguments, "--recipe", "tiny"]) == 0
    later = pq.read_table(root / "s" / "events.parquet")
    moved = pc.add(later["event_time_ms"], LATER_MS)
    at = later.column_names.index("event_time_ms")
    pq.write_table(later.set_column(at, "event_time_ms", moved), root / "later.parquet")
    return root


def measured(root: Path, held_out: Path) -> int:
    return evaluate_ranker_command.main(
        [
            *("--snapshot", str(root / "s"), "--models", str(root / "models")),
            *("--held-out", str(held_out)),
        ]
    )


def test_a_trained_ranker_orders_later_impressions(
    trained: Path, capsys: pytest.CaptureFixture[str]
):
    assert measured(trained, trained / "later.parquet") == 0
    printed = capsys.readouterr().out
    line = next(line for line in printed.splitlines() if line.strip().startswith("click"))
    assert float(line.split("AUC")[1].split()[0]) > 0.7
    assert "engage" not in printed
    assert "(0 of unknown users or items left out)" in printed


def test_impressions_of_strangers_are_counted(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    later = pq.read_table(trained / "later.parquet")
    stranger = pa.table(
        {
            name: pa.array(
                {
                    "user_id": ["nobody"],
                    "type": ["impression"],
                    "item_id": ["i1"],
                    "event_time_ms": [START_MS + LATER_MS],
                    "signal": [0],
                }.get(name, [None]),
                later.schema.field(name).type,
            )
            for name in later.column_names
        }
    )
    pq.write_table(pa.concat_tables([later, stranger]), tmp_path / "more.parquet")
    assert measured(trained, tmp_path / "more.parquet") == 0
    assert "(1 of unknown users or items left out)" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["missing", "no impressions"])
def test_bad_events_are_one_line_and_code_two(
    what: str, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "events.parquet"
    if what == "no impressions":
        later = pq.read_table(trained / "later.parquet")
        pq.write_table(later.filter(pc.not_equal(later["type"], "impression")), path)
    assert measured(trained, path) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert str(path) in printed
