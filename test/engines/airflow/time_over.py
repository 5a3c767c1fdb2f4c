"""Runs `plan` on Airflow 2 until it waits without a worker, and resumes it as the scheduler does when its time is over.

Usage: time_over.py FOLDER, in the environment of the DAGs.
"""

import sys
from datetime import timedelta

from airflow.models import DagBag
from airflow.utils import timezone
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunType

dag = DagBag(sys.argv[1]).dags["backup_ledger"]
dag.sync_to_db()
now = timezone.utcnow()
dag.create_dagrun(
    run_id="time-over",
    run_type=DagRunType.MANUAL,
    execution_date=now,
    data_interval=(now, now),
    state=DagRunState.RUNNING,
)


def instance(**session):
    found = dag.get_dagrun(run_id="time-over", **session).get_task_instance("plan", **session)
    found.task = dag.get_task("plan")
    return found


instance().run(ignore_all_deps=True)
with create_session() as session:
    waiting = instance(session=session)
    assert waiting.state == TaskInstanceState.DEFERRED, waiting.state
    waiting.state = TaskInstanceState.SCHEDULED
    waiting.next_method = "__fail__"
    waiting.next_kwargs = {"error": "Trigger/execution timeout"}
    waiting.trigger_id = None
    waiting.start_date -= timedelta(days=1)
try:
    instance().run(ignore_all_deps=True)
finally:
    print(f"ended as {instance().state}")
