"""Results as files that other programs read."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from experiments.store import Store
from experiments.stored import rows
from experiments.summary import Summary
from experiments.trials import canonical, source_hash

__all__ = ["check_folder", "summary_rows", "trial_rows", "write_csv", "write_parquet"]

#: Rows that are in memory at once.
CHUNK = 10_000


def check_folder(path: Path) -> None:
    """Reject a file whose folder does not exist.

    Parameters
    ----------
    path : Path
        Where something shall be written.

    Raises
    ------
    ValueError
        There is no such folder.
    """
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}; make it first")


def summary_rows(summary: Summary) -> Iterator[dict[str, Any]]:
    """Give one row a point: parameters, counts, and each metric with its interval.

    Parameters
    ----------
    summary : Summary
        What to write.

    Yields
    ------
    dict
        The same keys in every row.
    """
    for point in summary.points:
        row: dict[str, Any] = {**point.parameters}
        row |= {"finished": point.finished, "failed": point.failed}
        for name, statistic in summary.experiment.summary.items():
            one = point.estimates.get(name)
            row[f"{statistic.kind}_{name}"] = one and one.value
            row[f"low_{name}"] = one and one.low
            row[f"high_{name}"] = one and one.high
        yield row


def trial_rows(summary: Summary, store: Store) -> Iterator[dict[str, Any]]:
    """Give one row a trial of the summary's points.

    Parameters
    ----------
    summary : Summary
        Which points.
    store : Store
        Where the trials are.

    Yields
    ------
    dict
        The same keys in every row.
    """
    one = summary.experiment
    wanted = {canonical(point.parameters) for point in summary.points}
    for row in rows(store, one.name, source_hash(one.trial)):
        if canonical({key: row[key] for key in one.grid}) in wanted:
            yield {**row, **{name: row.get(name) for name in one.summary}}


def write_csv(table: Iterator[dict[str, Any]], file: Path | None) -> None:
    """Write rows as comma-separated values, with a head.

    Parameters
    ----------
    table : iterator of dict
        The rows.
    file : Path or None
        Standard output where there is none.
    """
    if file is None:
        _write_csv(table, sys.stdout)
    else:
        with file.open("w", newline="", encoding="utf-8") as opened:
            _write_csv(table, opened)


def _write_csv(table: Iterator[dict[str, Any]], opened: Any) -> None:
    for first in islice(table, 1):
        writer = csv.DictWriter(opened, list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(table)


def write_parquet(table: Iterator[dict[str, Any]], file: Path | None) -> None:
    """Write rows as a Parquet file.

    Parameters
    ----------
    table : iterator of dict
        The rows.
    file : Path
        Replaced if it exists.

    Raises
    ------
    ValueError
        pyarrow is not installed.
    """
    assert file is not None
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise ValueError(
            "pyarrow is not installed; pip install 'lemmata[parquet]', or use --csv"
        ) from None
    writer: Any = None
    try:
        while chunk := list(islice(table, CHUNK)):
            made = pa.Table.from_pylist(chunk, schema=writer and writer.schema)
            writer = writer or pq.ParquetWriter(file, made.schema)
            writer.write_table(made)
    finally:
        if writer is not None:
            writer.close()
