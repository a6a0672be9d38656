"""Reads CSV, Parquet and JSON-lines files into tables of text, with line numbers.

Shape legend: R rows.
"""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from server.batch.importing.json_lines import read_json_lines
from server.batch.importing.rejects import Reject
from server.batch.mapping.language import FileFormat
from server.core.errors import ArtifactError

_ONE_CHARACTER = "\x1f"


class SourceFileError(ArtifactError):
    """A data file can't be read at all; the message names file and remedy."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The rows of one file: text columns trimmed of white space, lists and times as they came.

    Shapes:
        lines: (R,) int64 line of each row in the file, counted from 1.
    """

    file: str
    table: pa.Table
    lines: NDArray[np.int64]
    rejects: tuple[Reject, ...] = ()

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def texts(self, row: int) -> tuple[str, ...]:
        """Return a row as text, for the file of refused rows."""
        values = self.table.slice(row, 1).to_pylist()[0].values()
        return tuple("" if value is None else str(value) for value in values)


def read_source(path: Path, file_format: FileFormat) -> SourceTable:
    """Read a whole file; lines that have too many or too few values are refused.

    Raises:
        SourceFileError: it can't be read, is no such file, or has no header.
    """
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path)
        if ".jsonl" in path.suffixes or ".json" in path.suffixes:
            return _read_json(path, file_format)
        return _read_csv(path, file_format)
    except (pa.ArrowException, UnicodeDecodeError, LookupError) as error:
        raise SourceFileError(f"{path}: can't be read ({error}); check the file") from error
    except (OSError, EOFError, zlib.error) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise SourceFileError(f"{path}: can't be read ({problem}); check the file") from error


def _read_parquet(path: Path) -> SourceTable:
    table = pq.read_table(path)
    names, columns = table.column_names, [_plain(column) for column in table.columns]
    lines = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return SourceTable(path.name, pa.table(columns, names=names), lines)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text for everything but lists and timestamps."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return column.cast(pa.list_(pa.string()))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return column.cast(pa.timestamp("ms"))
    return _trimmed(column.cast(pa.string()))


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(pc.fill_null(column, ""))


def _read_json(path: Path, file_format: FileFormat) -> SourceTable:
    with _open(path) as lines:
        columns, numbers, rejects = read_json_lines(lines, file_format.explode)
    table = pa.table({name: _trimmed(pa.chunked_array([v])) for name, v in columns.items()})
    return SourceTable(path.name, table, numbers, tuple(rejects))


def _open(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def _read_csv(path: Path, file_format: FileFormat) -> SourceTable:
    with _open(path) as source:
        data = source.read()
    data, separator = _one_character(data, file_format)
    names = file_format.columns or _header(data, separator, path)
    skipped: list[pa.csv.InvalidRow] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    quote = False if separator == _ONE_CHARACTER else '"'
    table = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        # One thread: only then are refused rows numbered.
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, column_names=list(names), skip_rows=0 if file_format.columns else 1
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=separator,
            quote_char=quote,
            newlines_in_values=bool(quote) and b'"' in data,
            # Counted as rows, so that the line numbers stay right.
            ignore_empty_lines=False,
            invalid_row_handler=skip,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False
        ),
    )
    return _with_lines(path.name, table, skipped, has_header=not file_format.columns)


def _one_character(data: bytes, file_format: FileFormat) -> tuple[bytes, str]:
    """Return the bytes as UTF-8 with a separator of one character."""
    if file_format.encoding.lower().replace("-", "") != "utf8":
        data = data.decode(file_format.encoding).encode("utf-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if len(file_format.separator) == 1:
        return data, file_format.separator
    return data.replace(file_format.separator.encode(), _ONE_CHARACTER.encode()), _ONE_CHARACTER


def _header(data: bytes, separator: str, path: Path) -> list[str]:
    line = data.split(b"\n", 1)[0].decode("utf-8", errors="replace").strip("\r")
    names = [name.strip().strip('"') for name in line.split(separator)]
    if not any(names):
        raise SourceFileError(f"{path}: has no header line; name the columns in the mapping file")
    if len(set(names)) != len(names):
        raise SourceFileError(f"{path}: a column name appears twice in the header; rename one")
    return names


def _with_lines(
    file: str, table: pa.Table, skipped: list[pa.csv.InvalidRow], *, has_header: bool
) -> SourceTable:
    """Find each row's line: refused rows and line breaks within values move those after them."""
    skipped_records = np.array([row.number for row in skipped], np.int64)
    records = np.arange(1, table.num_rows + len(skipped) + 1, dtype=np.int64) + has_header
    is_kept = ~np.isin(records, skipped_records)
    breaks = np.zeros(len(records), np.int64)
    breaks[is_kept] = _line_breaks(table)
    breaks[~is_kept] = [row.text.count("\n") if row.text else 0 for row in skipped]
    lines = records + np.cumsum(breaks) - breaks
    rejects = [
        Reject(int(line), f"{row.actual_columns} values instead of {row.expected_columns}", (text,))
        for line, row in zip(lines[~is_kept], skipped, strict=True)
        if (text := row.text or "").strip()
    ]
    return _decoded(SourceTable(file, table, lines[is_kept], tuple(rejects)))


def _line_breaks(table: pa.Table) -> NDArray[np.int64]:
    total = np.zeros(table.num_rows, np.int64)
    for column in table.columns:
        counted = pc.count_substring(column, "\n")
        total += counted.to_numpy().astype(np.int64)
    return total


def _decoded(source: SourceTable) -> SourceTable:
    """Turn bytes into trimmed text; rows that are not UTF-8 are refused, empty lines left out."""
    columns, is_broken = [], np.zeros(len(source), np.bool_)
    for column in source.table.columns:
        try:
            columns.append(column.cast(pa.string()))
        except pa.ArrowInvalid:
            texts = [
                value.decode("utf-8", errors="surrogateescape") for value in column.to_pylist()
            ]
            is_valid = [text.isprintable() or _is_utf8(text) for text in texts]
            is_broken |= ~np.array(is_valid, np.bool_)
            cleaned = [
                t.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for t in texts
            ]
            columns.append(pa.chunked_array([cleaned]))
    columns = [_trimmed(column) for column in columns]
    table = pa.table(columns, names=source.table.column_names)
    cleaned_source = SourceTable(source.file, table, source.lines)
    rejects = [
        Reject(int(source.lines[row]), "is not valid UTF-8", cleaned_source.texts(int(row)))
        for row in np.flatnonzero(is_broken)
    ]
    keep = ~is_broken & ~_is_empty(table)
    return SourceTable(
        source.file,
        table.filter(pa.array(keep)) if not keep.all() else table,
        source.lines[keep],
        (*source.rejects, *rejects),
    )


def _is_utf8(text: str) -> bool:
    return not any("\udc80" <= char <= "\udcff" for char in text)


def _is_empty(table: pa.Table) -> NDArray[np.bool_]:
    empty = np.ones(table.num_rows, np.bool_)
    for column in table.columns:
        empty &= pc.equal(column, "").to_numpy(zero_copy_only=False)
        if not empty.any():
            break
    return empty
