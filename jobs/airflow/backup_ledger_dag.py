"""backup-ledger on Airflow 2.10 and later: plans the slices, pulls each as a mapped task, and is green only if every one is in the ledger.

Settings are read from the section ``[backup_ledger]`` of ``airflow.cfg``, or from ``AIRFLOW__BACKUP_LEDGER__<KEY>``; see README.md beside
this file. Those of backup-ledger itself are environment variables, ``BACKUP_LEDGER_REGION`` and so on, where it runs: of the
worker, the container or the function.

Exit codes 64, 65, 70 and 78 need a person: no retry. 75 (try again later), 130 and 143 (interrupted) are tried again.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.timetables.trigger import CronTriggerTimetable

# Airflow looks for modules in the DAGs folder only, and this file may lie in a folder of it.
sys.path.append(str(Path(__file__).parent))

from backup_ledger_kit.limits import EXECUTION_TIMEOUT, VERIFY_TIMEOUT
from backup_ledger_kit.results import sums_of
from backup_ledger_kit.runners import chosen_runner
from backup_ledger_kit.settings import seconds, setting, upkeep_actions, whole
from backup_ledger_kit.slices import label_of
from backup_ledger_kit.versions import (
    DAG,
    AirflowFailException,
    AirflowSkipException,
    Asset,
    EmptyOperator,
    Param,
    chain,
    task,
)

# What other DAGs wait for.
LEDGER = Asset(setting("ledger") or setting("asset", "backup-ledger"))
OFF = "NONE"
# Slices named in a failure; the others are the red tasks of `pull`.
MAX_NAMED = 20

BackupLedger, common = chosen_runner()
common |= {"pool": setting("pool", "default_pool"), "execution_timeout": EXECUTION_TIMEOUT}

since = Param(
    None, type=["null", "string"], format="date", description="first start date to look at; empty: the default"
)


def schedule(key: str, default: str):
    """In UTC; NONE for a DAG that others trigger."""
    cron = setting(key, default)
    return None if cron == OFF else CronTriggerTimetable(cron, timezone="UTC")


def options(**others) -> dict:
    """What the DAGs have in common."""
    return {
        "start_date": datetime(2026, 1, 1, tzinfo=timezone.utc),
        # A pull reads all of the last 14 days: one run makes up for those that were missed.
        "catchup": False,
        "max_active_runs": 1,
        "default_args": {
            "retries": whole("retries", 4, least=0),
            "retry_delay": seconds("retry_delay_seconds", 60),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=15),
        },
        "doc_md": __doc__,
        "tags": ["aws", "backup"],
        **others,
    }


with DAG(
    dag_id="backup_ledger",
    description="Keeps AWS Backup's job summaries for ever",
    # AWS refreshes its counts until about 02:30 UTC.
    schedule=schedule("schedule", "30 3 * * *"),
    # A run that hangs must not hold the next one: AWS forgets after 14 days.
    dagrun_timeout=seconds("dagrun_timeout_seconds", 20 * 60 * 60),
    params={
        "regions": Param([], type="array", items={"type": "string"}, description="empty: those of the configuration"),
        "kinds": Param(
            [],
            type="array",
            items={"type": "string"},
            examples=["copy", "backup", "restore", "scan"],
            description="empty: those of the configuration",
        ),
        "since": since,
        "dry_run": Param(False, type="boolean", description="show what would change, write nothing"),
    },
    **options(),
) as dag:
    plan = BackupLedger(task_id="plan", action="plan", **common)
    pull = BackupLedger.partial(
        task_id="pull",
        action="pull",
        map_index_template="{{ label }}",
        max_active_tis_per_dag=whole("concurrency", 8),
        **common,
    ).expand(flags=plan.output)

    @task(trigger_rule="all_done", retries=0, outlets=[LEDGER])
    def summarize(planned: list[dict] | None, results, *, params=None, outlet_events=None) -> dict:
        """Holds what came back against what was planned: anything less than all of it is a failed run."""
        if not planned:
            raise AirflowFailException("nothing was planned: see the task plan")
        found = [result for result in results or [] if result]
        pulled = {result["map_index"] for result in found}
        failed = [f"{label_of(flags)} (pull {index})" for index, flags in enumerate(planned) if index not in pulled]
        if failed:
            named = ", ".join(failed[:MAX_NAMED])
            more = f" and {len(failed) - MAX_NAMED} more" if len(failed) > MAX_NAMED else ""
            raise AirflowFailException(
                f"{len(failed)} of {len(planned)} pulls failed: {named}{more}: see the failed tasks of pull"
            )
        sums = sums_of(found)
        if params["dry_run"]:
            raise AirflowSkipException(f"a dry run: nothing was written, the ledger is as it was: {sums}")
        outlet_events[LEDGER].extra = sums
        return sums

    done = summarize(plan.output, pull.output)
    pull >> done
    # Whatever became of what came before, the catalog follows and the backups are looked after; a dry run has nothing new for them.
    upkeep = [
        BackupLedger(task_id=action, action=action, trigger_rule="none_skipped", **common) for action in upkeep_actions()
    ]
    if upkeep:
        chain(done, *upkeep)
        # The run is as red as its last tasks, and a check that went well must not hide a failed pull, or a failed register.
        [done, *upkeep] >> EmptyOperator(task_id="green", trigger_rule="none_failed")

if setting("verify_schedule", "30 5 * * 6") != "off":
    with DAG(
        dag_id="backup_ledger_verify",
        description="Reads the ledger back and checks its promises",
        schedule=schedule("verify_schedule", "30 5 * * 6"),
        dagrun_timeout=2 * VERIFY_TIMEOUT,
        params={"since": since},
        **options(),
    ) as verify_dag:
        BackupLedger(task_id="verify", action="verify", **{**common, "execution_timeout": VERIFY_TIMEOUT})
