"""backup-ledger on Airflow 2.10 and 3: plans the slices, pulls each as a mapped task, and is green only if every one is in the ledger.

Settings are read from the section ``[backup_ledger]`` of ``airflow.cfg``, or from ``AIRFLOW__BACKUP_LEDGER__<KEY>``; see README.md beside
this file. Those of backup-ledger itself are environment variables, ``BACKUP_LEDGER_LEDGER`` and so on, where it runs: of the
worker, the container or the function.

Exit codes 64, 65, 70 and 78 need a person: no retry. 75 (try again later), 130 and 143 (interrupted) are tried again.
"""

from __future__ import annotations

import json
import re
import shlex
from datetime import datetime, timedelta, timezone

from airflow.configuration import conf
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.timetables.trigger import CronTriggerTimetable

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, task
except ImportError:  # Airflow 2.10
    from airflow import DAG
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task

SECTION = "backup_ledger"


def setting(key: str, default: str = "") -> str:
    return conf.get(SECTION, key, fallback=default)


# Where a slice runs: "ecs" (a task with the container), "lambda" (the function), or "bash" (this worker).
RUNNER = setting("runner", "ecs")
# What other DAGs wait for.
LEDGER = Asset(setting("asset", "backup-ledger"))
RETRY_DELAY = timedelta(seconds=float(setting("retry_delay_seconds", "60")))

NEEDS_A_PERSON = {64, 65, 70, 78}
# Names of the errors the Lambda function throws.
NEEDS_A_PERSON_BY_NAME = ("FixConfig", "FixData", "ReportBug")


def judge(error: Exception, exit_code: int | None = None) -> Exception:
    """What to raise: a failure that another try cannot mend is final."""
    said = str(error)
    if exit_code in NEEDS_A_PERSON or any(name in said for name in NEEDS_A_PERSON_BY_NAME):
        return AirflowFailException(said)
    return error if isinstance(error, AirflowException) else AirflowException(said)


def last_line(output: str | None) -> dict:
    """The result: the one line of JSON on stdout, which is the last."""
    lines = [line for line in (output or "").splitlines() if line.startswith("{")]
    if not lines:
        raise AirflowFailException("expected a line of JSON from backup-ledger, got none")
    return json.loads(lines[-1])


def bash_runner():
    """Runs the command line on the worker itself."""
    try:
        from airflow.providers.standard.operators.bash import BashOperator
    except ImportError:
        from airflow.operators.bash import BashOperator

    class BackupLedgerBash(BashOperator):
        def execute(self, context):
            try:
                return super().execute(context)
            except AirflowException as error:
                found = re.search(r"exit code (\d+)", str(error))
                raise judge(error, int(found.group(1)) if found else None) from error

    command = shlex.split(setting("command", "backup-ledger"))
    # No exit code of ours means "skip".
    common = {"append_env": True, "skip_on_exit_code": []}

    def plan(**options):
        return BackupLedgerBash(bash_command=shlex.join([*command, "plan"]), **common, **options)

    def pull(slices, **options):
        commands = slices.map(lambda a_slice: shlex.join([*command, "pull", *a_slice["args"]]))
        return BackupLedgerBash.partial(**common, **options).expand(bash_command=commands)

    return plan, pull


def ecs_runner():
    """Runs the container as a task of ECS; its log's last line is the result."""
    from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator

    class BackupLedgerEcs(EcsRunTaskOperator):
        def execute(self, context):
            try:
                return super().execute(context)
            except AirflowException as error:
                raise judge(error, self.exit_code()) from error

        def exit_code(self) -> int | None:
            """Of the container, when it came to run at all."""
            if not self.arn:
                return None
            tasks = self.client.describe_tasks(cluster=self.cluster, tasks=[self.arn])["tasks"]
            codes = [container.get("exitCode") for each in tasks for container in each["containers"]]
            return next((code for code in codes if code), None)

    container = setting("ecs_container", "backup-ledger")
    subnets = [name.strip() for name in setting("ecs_subnets").split(",") if name.strip()]
    common = {
        "cluster": setting("ecs_cluster", "default"),
        "task_definition": setting("ecs_task_definition", "backup-ledger"),
        "launch_type": "FARGATE",
        "network_configuration": {"awsvpcConfiguration": {"subnets": subnets}},
        "awslogs_group": setting("ecs_log_group", "/ecs/backup-ledger"),
        "awslogs_stream_prefix": setting("ecs_log_stream_prefix", f"backup-ledger/{container}"),
        # A worker that was lost finds its task again instead of starting another.
        "reattach": True,
    }

    def overrides(args):
        # The result must be the last line: nothing but errors is logged.
        return {"containerOverrides": [{"name": container, "command": [*args, "--log-level=error"]}]}

    def plan(**options):
        return BackupLedgerEcs(overrides=overrides(["plan"]), **common, **options)

    def pull(slices, **options):
        each = slices.map(lambda a_slice: overrides(["pull", *a_slice["args"]]))
        return BackupLedgerEcs.partial(**common, **options).expand(overrides=each)

    return plan, pull


def lambda_runner():
    """Invokes the function. Its flags are its environment's."""
    from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator

    class BackupLedgerLambda(LambdaInvokeFunctionOperator):
        def execute(self, context):
            try:
                return super().execute(context)
            except (AirflowException, ValueError) as error:
                raise judge(error) from error

    common = {
        "function_name": setting("lambda_function", "backup-ledger"),
        # Longer than the function may take, and without a second invocation while the first still runs.
        "botocore_config": {"read_timeout": 910, "retries": {"total_max_attempts": 1}},
    }

    def plan(**options):
        return BackupLedgerLambda(payload=json.dumps({"action": "plan"}), **common, **options)

    def pull(slices, **options):
        payloads = slices.map(lambda a_slice: json.dumps({"action": "pull", "flags": a_slice["flags"]}))
        return BackupLedgerLambda.partial(**common, **options).expand(payload=payloads)

    return plan, pull


RUNNERS = {"bash": bash_runner, "ecs": ecs_runner, "lambda": lambda_runner}
if RUNNER not in RUNNERS:
    raise ValueError(f"[{SECTION}] runner: expected one of {', '.join(RUNNERS)}, got {RUNNER!r}")
make_plan, make_pull = RUNNERS[RUNNER]()

with DAG(
    dag_id="backup_ledger",
    description="Keeps AWS Backup's job summaries for ever",
    # AWS refreshes its counts until about 02:30 UTC.
    schedule=CronTriggerTimetable(setting("schedule", "30 3 * * *"), timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    # A pull reads all of the last 14 days: one run makes up for those that were missed.
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": int(setting("retries", "4")),
        "retry_delay": RETRY_DELAY,
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
    },
    doc_md=__doc__,
    tags=["aws", "backup"],
) as dag:
    plan = make_plan(task_id="plan")

    @task
    def slices(planned: str) -> list[dict]:
        """The slices of the plan, one mapped task each."""
        return last_line(planned)["slices"]

    planned = slices(plan.output)
    pull = make_pull(planned, task_id="pull", max_active_tis_per_dag=int(setting("concurrency", "8")))

    @task(trigger_rule="all_done", retries=0, outlets=[LEDGER])
    def summarize(planned: list[dict] | None, results) -> dict:
        """Holds what came back against what was planned: anything less than all of it is a failed run."""
        if not planned:
            raise AirflowFailException("nothing was planned: see the task plan")
        found = [last_line(result) for result in results or [] if result]
        good = [each for result in found for each in result["slices"] if each["outcome"] in ("ok", "superseded")]
        if len(good) < len(planned):
            raise AirflowFailException(
                f"{len(planned) - len(good)} of {len(planned)} slices failed: see the failed tasks of pull"
            )
        return {"slices": len(planned), "kept": sum(each["kept"] for each in good)}

    done = summarize(planned, pull.output)
    pull >> done
