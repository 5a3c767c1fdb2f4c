"""Reads the Parquet files below a folder of an S3 bucket with pyarrow and prints them as JSON.

Usage: read_ledger.py ENDPOINT BUCKET/FOLDER
"""

import datetime
import json
import sys

import pyarrow.fs
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1)


def plain(value):
    """Timestamps as epoch milliseconds, dates as YYYY-MM-DD."""
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - EPOCH) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def statistics(metadata):
    """Per column and row group: what the footer claims."""
    claims = []
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            claim = {"column": column.path_in_schema, "compression": column.compression}
            if column.statistics is not None:
                claim["nulls"] = column.statistics.null_count
                if column.statistics.has_min_max:
                    claim["min"] = plain(column.statistics.min)
                    claim["max"] = plain(column.statistics.max)
            claims.append(claim)
    return claims


def describe(filesystem, path):
    file = pyarrow.parquet.ParquetFile(path, filesystem=filesystem)
    rows = file.read().to_pylist()
    return {
        "path": path,
        "columns": {field.name: str(field.type) for field in file.schema_arrow},
        "row_count": file.metadata.num_rows,
        "rows": [{name: plain(value) for name, value in row.items()} for row in rows],
        "statistics": statistics(file.metadata),
    }


def main(endpoint, folder):
    filesystem = pyarrow.fs.S3FileSystem(
        endpoint_override=endpoint, access_key="test", secret_key="test", region="us-east-1"
    )
    selector = pyarrow.fs.FileSelector(folder, recursive=True, allow_not_found=True)
    paths = sorted(info.path for info in filesystem.get_file_info(selector) if info.is_file)
    json.dump([describe(filesystem, path) for path in paths], sys.stdout)


main(*sys.argv[1:])
