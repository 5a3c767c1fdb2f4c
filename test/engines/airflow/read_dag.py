"""Imports the DAGs as Airflow does, once with each of these settings, and prints what came of it as JSON.

Usage: read_dag.py FOLDER, with a JSON list of objects of environment variables on standard input.
"""

import json
import os
import sys

from airflow.models import DagBag


def seconds(duration):
    return duration and duration.total_seconds()


def described(dag):
    return {
        "timetable": type(dag.timetable).__name__,
        "summary": getattr(dag.timetable, "summary", None),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "dagrun_timeout": seconds(dag.dagrun_timeout),
        "params": dag.params.dump(),
        "tasks": {task.task_id: described_task(task) for task in dag.tasks},
    }


def described_task(task):
    return {
        "type": task.task_type,
        "mapped": type(task).__name__ == "MappedOperator",
        "retries": task.retries,
        "pool": task.pool,
        "execution_timeout": seconds(task.execution_timeout),
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "upstream": sorted(task.upstream_task_ids),
        "outlets": [outlet.uri for outlet in task.outlets or []],
    }


def imported(folder, variables):
    """Settings are read while the modules are imported: those of the import before must go."""
    for name in [name for name in sys.modules if name.startswith("backup_ledger")]:
        del sys.modules[name]
    os.environ.update(variables)
    try:
        bag = DagBag(folder)
    finally:
        for name in variables:
            del os.environ[name]
    return {
        "errors": list(bag.import_errors.values()),
        "dags": {name: described(dag) for name, dag in bag.dags.items()},
    }


print(json.dumps([imported(sys.argv[1], variables) for variables in json.load(sys.stdin)]))
