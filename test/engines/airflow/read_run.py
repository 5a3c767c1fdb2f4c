"""Prints what Airflow's database holds of the last run, as JSON.

Usage: read_run.py DATABASE
"""

import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
database.row_factory = sqlite3.Row


def rows(sql, *values):
    return [dict(row) for row in database.execute(sql, values)]


tables = {row["name"] for row in rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
# Airflow 3 calls datasets assets.
asset = "asset" if "asset_event" in tables else "dataset"
run = rows("SELECT dag_id, run_id, state FROM dag_run ORDER BY id DESC LIMIT 1")[0]
of_run = (run["dag_id"], run["run_id"])
print(
    json.dumps(
        {
            "state": run["state"],
            "tasks": rows(
                "SELECT task_id AS task, map_index, state, try_number AS tries, rendered_map_index AS label"
                " FROM task_instance WHERE dag_id = ? AND run_id = ? ORDER BY task_id, map_index",
                *of_run,
            ),
            "xcoms": rows(
                "SELECT task_id AS task, key, length(value) AS size FROM xcom WHERE dag_id = ? AND run_id = ?"
                " ORDER BY task_id, map_index, key",
                *of_run,
            ),
            "assets": [
                {"uri": row["uri"], "extra": json.loads(row["extra"])}
                for row in rows(
                    f"SELECT uri, event.extra FROM {asset}_event event JOIN {asset} ON {asset}.id = event.{asset}_id"
                    " ORDER BY event.id"
                )
            ],
        }
    )
)
