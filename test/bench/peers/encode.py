"""Encodes a table, given as a Parquet file, as pyarrow does by itself, with zstd. Prints seconds and bytes."""

import io
import sys
import time

import pyarrow.parquet as pq

table = pq.read_table(sys.argv[1])
times = []
for _ in range(5):
    out = io.BytesIO()
    began = time.perf_counter()
    pq.write_table(table, out, compression="zstd")
    times.append(time.perf_counter() - began)
print(sorted(times)[2], len(out.getvalue()))
