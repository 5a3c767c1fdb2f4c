"""The same job as a data engineer would write it in Python: every page by boto3, duplicates dropped by pandas, each day's
partition read, merged and written with pyarrow (zstd), unless nothing in it changed.

Arguments: prefix, then regions. Writes CPU seconds and peak kilobytes to file descriptor 3 as it ends.
"""

import datetime
import io
import os
import resource
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.config import Config

BUCKET = "ledger"
IDENTITY = ["region", "account_id", "resource_type", "state", "message_category", "start_time"]
NAMES = {
    "Region": "region",
    "AccountId": "account_id",
    "ResourceType": "resource_type",
    "State": "state",
    "MessageCategory": "message_category",
    "Count": "job_count",
    "StartTime": "start_time",
    "EndTime": "end_time",
}
SCHEMA = pa.schema(
    [(name, pa.string()) for name in IDENTITY[:-1]]
    + [("job_count", pa.int64())]
    + [(name, pa.timestamp("ms")) for name in ("start_time", "end_time", "observed_at")]
)
RETRIES = Config(retries={"mode": "standard", "max_attempts": 8}, max_pool_connections=32)


def read_pages(region):
    backup = boto3.Session(region_name=region).client("backup", config=RETRIES)
    request = {"AggregationPeriod": "ONE_DAY", "MaxResults": 500}
    for name in ("AccountId", "State", "ResourceType", "MessageCategory"):
        request[name] = "ANY"
    while True:
        page = backup.list_copy_job_summaries(**request)
        yield from page["CopyJobSummaries"]
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def read_slice(region, observed_at):
    frame = pd.DataFrame(read_pages(region)).rename(columns=NAMES)
    for name in ("start_time", "end_time"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_localize(None).astype("datetime64[ms]")
    frame["observed_at"] = pd.Series(observed_at, index=frame.index, dtype="datetime64[ms]")
    return frame.drop_duplicates(IDENTITY, keep="last")[SCHEMA.names]


def read_partition(s3, key):
    try:
        body = s3.get_object(Bucket=BUCKET, Key=key)
    except s3.exceptions.NoSuchKey:
        return None, None
    return pq.read_table(io.BytesIO(body["Body"].read()), schema=SCHEMA).to_pandas(), body["ETag"]


def merge(stored, seen):
    """Accounts that came are replaced, the others stay. None when nothing changed."""
    if stored is not None:
        others = stored[~stored["account_id"].isin(seen["account_id"].unique())]
        seen = pd.concat([others, seen])
    merged = seen.sort_values(IDENTITY[1:], ignore_index=True)
    counts = [name for name in SCHEMA.names if name != "observed_at"]
    return None if stored is not None and stored[counts].equals(merged[counts]) else merged


def write_partition(s3, key, frame, etag):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, schema=SCHEMA, preserve_index=False), out, compression="zstd")
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    s3.put_object(Bucket=BUCKET, Key=key, Body=out.getvalue(), **condition)


def pull(prefix, region):
    s3 = boto3.Session(region_name="us-east-1").client("s3", config=RETRIES)
    observed_at = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    frame = read_slice(region, observed_at)
    for start, seen in frame.groupby(frame["start_time"].dt.strftime("%Y-%m-%d")):
        key = f"{prefix}/copy_job_summaries/aggregation_period=ONE_DAY/start_date={start}/region={region}/data.parquet"
        stored, etag = read_partition(s3, key)
        merged = merge(stored, seen)
        if merged is not None:
            write_partition(s3, key, merged, etag)


def main():
    prefix, *regions = sys.argv[1:]
    with ThreadPoolExecutor(max_workers=len(regions)) as pool:
        list(pool.map(lambda region: pull(prefix, region), regions))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    os.write(3, f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}".encode())


main()
