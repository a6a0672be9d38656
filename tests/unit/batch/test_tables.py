"""Files become tables of text with the right line numbers; broken lines are refused."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.batch.importing.tables import SourceFileError, read_source
from server.batch.mapping.language import FileFormat


def read(path, text, **options):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_source(path, FileFormat(**options))


def rows(source):
    return [tuple(row.values()) for row in source.table.to_pylist()]


def test_lines_are_counted_from_the_header(folder):
    source = read(folder / "a.csv", "a,b\n1,2\n 3 ,4\n")
    assert rows(source) == [("1", "2"), ("3", "4")]
    assert source.lines.tolist() == [2, 3]
    assert source.rejects == ()


def test_a_line_with_too_many_or_few_values_is_refused(folder):
    source = read(folder / "a.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert rows(source) == [("1", "2"), ("7", "8")]
    assert source.lines.tolist() == [2, 5]
    assert [(each.line, each.reason) for each in source.rejects] == [
        (3, "1 values instead of 2"),
        (4, "3 values instead of 2"),
    ]


def test_line_breaks_in_quotes_and_empty_lines_keep_the_line_numbers_right(folder):
    source = read(folder / "a.csv", 'a,b\n1,"x\ny"\n\n2,z\n3\n4,w\n')
    assert rows(source) == [("1", "x\ny"), ("2", "z"), ("4", "w")]
    assert source.lines.tolist() == [2, 5, 7]
    assert [each.line for each in source.rejects] == [6]


def test_values_that_are_not_utf8_are_refused(folder):
    source = read(folder / "a.csv", b"a,b\n1,caf\xc3\xa9\n2,caf\xe9\n3,x\n")
    assert rows(source) == [("1", "café"), ("3", "x")]
    assert source.lines.tolist() == [2, 4]
    (reject,) = source.rejects
    assert (reject.line, reject.reason) == (3, "is not valid UTF-8")
    assert reject.values[0] == "2"


def test_a_double_colon_file_has_no_header_and_another_encoding(folder):
    source = read(
        folder / "a.dat",
        '1::Am\xe9lie "x"::Comedy|Drama\n2::Up, Up::\n'.encode("latin-1"),
        separator="::",
        columns=("id", "title", "genres"),
        encoding="latin-1",
    )
    assert rows(source) == [("1", 'Amélie "x"', "Comedy|Drama"), ("2", "Up, Up", "")]
    assert source.lines.tolist() == [1, 2]


def test_a_gzipped_file_and_a_byte_order_mark_are_read(folder):
    path = folder / "a.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfa,b\r\n1,2\r\n"))
    source = read_source(path, FileFormat())
    assert source.table.column_names == ["a", "b"]
    assert rows(source) == [("1", "2")]


def test_parquet_columns_become_text_but_for_lists_and_times(folder):
    path = folder / "a.parquet"
    table = pa.table(
        {
            "id": pa.array([1, None], pa.int64()),
            "tags": [["a", "b"], None],
            "at": pa.array([0, 1_000], pa.timestamp("ms")),
            "flag": [True, False],
            "kind": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    pq.write_table(table, path)
    source = read_source(path, FileFormat())
    assert source.table["id"].to_pylist() == ["1", ""]
    assert source.table["tags"].to_pylist() == [["a", "b"], None]
    assert source.table["at"].type == pa.timestamp("ms")
    assert source.table["flag"].to_pylist() == ["true", "false"]
    assert source.table["kind"].to_pylist() == ["x", "y"]


def test_json_lines_are_flattened_and_broken_ones_refused(folder):
    text = '{"s": 1, "e": [{"a": 5}, {"a": 6, "t": "x"}]}\n[1]\n{"s": 2}\n{\n\n{"s": 3, "e": []}\n'
    source = read(folder / "a.jsonl", text, explode="e")
    assert rows(source) == [("1", "5", ""), ("1", "6", "x")]
    assert source.lines.tolist() == [1, 1]
    assert [(each.line, each.reason) for each in source.rejects] == [
        (2, "is not an object"),
        (3, "lacks 'e'"),
        (4, "is not JSON"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("empty.csv", b"", "no header line"),
        ("twice.csv", b"a,a\n1,2\n", "twice"),
        ("broken.csv.gz", b"\x1f\x8bnot gzip", "can't be read"),
        ("cut.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 999)[:-20], "can't be read"),
        ("broken.parquet", b"PAR1", "can't be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder, name, data, problem):
    with pytest.raises(SourceFileError, match=problem) as caught:
        read(folder / name, data)
    assert name in str(caught.value)
