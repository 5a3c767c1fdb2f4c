"""Imports the DAG as Airflow does and prints what came of it as JSON.

Usage: read_dag.py FOLDER
"""

import json
import sys

from airflow.models import DagBag

bag = DagBag(sys.argv[1], include_examples=False)
dag = bag.dags.get("backup_ledger")
print(
    json.dumps(
        {
            "errors": list(bag.import_errors.values()),
            "dag": dag
            and {
                "timetable": type(dag.timetable).__name__,
                "summary": dag.timetable.summary,
                "catchup": dag.catchup,
                "max_active_runs": dag.max_active_runs,
                "tasks": {
                    task.task_id: {
                        "type": task.task_type,
                        "mapped": type(task).__name__ == "MappedOperator",
                        "retries": task.retries,
                        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
                        "upstream": sorted(task.upstream_task_ids),
                        "outlets": [outlet.uri for outlet in task.outlets or []],
                    }
                    for task in dag.tasks
                },
            },
        }
    )
)
