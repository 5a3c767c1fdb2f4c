"""Where backup-ledger runs: on this worker (bash), as a task of ECS, or as the Lambda function."""

from __future__ import annotations

import json
import math
import re
import shlex
import time
from datetime import date, datetime, timedelta, timezone
from functools import partial

from airflow.configuration import conf

from .results import counts_of, judged, result_in
from .settings import names, number, one_of, required, seconds, setting
from .slices import groups_of, label_of, slices_in
from .versions import AirflowFailException, BashOperator

# A worker's share: as long as backup-ledger's own --deadline, which ends a pull by itself and leaves its record, and a bit.
EXECUTION_TIMEOUT = seconds("execution_timeout_seconds", 75 * 60)
VERIFY_TIMEOUT = seconds("verify_timeout_seconds", 4 * 60 * 60)
# Before Airflow ends a verify, it ends by itself and says how far it came.
DEADLINE_MARGIN = timedelta(minutes=5)
LONGEST_WAIT = max(EXECUTION_TIMEOUT, VERIFY_TIMEOUT)


def asking(operator):
    """The operator, made to ask backup-ledger for an action: it tells failures that need a person from those to try again."""

    class Asking(operator):
        template_fields = (*operator.template_fields, "flags")

        def __init__(self, *, action: str, flags: dict | None = None, **options):
            super().__init__(**options)
            self.action = action
            self.flags = flags or {}

        def execute(self, context):
            context["label"] = label_of(self.flags)
            self.ask({**common_flags(self.action, context["params"]), **self.flags})
            return self.end(context, partial(super().execute, context))

        def execute_complete(self, context, event=None):
            """The same end as that of ``execute``, for a task that waited without a worker."""
            context["label"] = label_of(self.flags)
            return self.end(context, partial(super().execute_complete, context, event))

        def end(self, context, run):
            try:
                returned = run()
            except Exception as error:
                raise judged(error, self.action, self.exit_code_of(error)) from error
            if self.action == "plan":
                return planned(self.result(returned))
            if self.action == "pull":
                return self.pulled(context, self.result(returned))
            return None

        def pulled(self, context, result):
            """Counts and names only: what a pull did in full is on record in the ledger."""
            expected, counts = slices_in(self.flags), counts_of(result)
            if counts["slices"] != expected:
                raise AirflowFailException(f"expected {expected} slices pulled, got {counts['slices']}: {counts['pulls']}")
            context["label"] = f"{label_of(self.flags)}: {counts['kept']} rows, {counts['accounts']} accounts"
            return {"map_index": context["ti"].map_index, **counts}

        def result(self, returned) -> dict:
            try:
                return result_in(self.lines(returned))
            except LookupError as error:
                raise AirflowFailException(str(error)) from error

        def ask(self, flags):
            raise NotImplementedError

        def lines(self, returned):
            """What was said, newest first."""
            return [returned or ""]

        def exit_code_of(self, error) -> int | None:
            return None

    return Asking


def planned(plan: dict) -> list[dict]:
    """The flags of each mapped task."""
    most = min(conf.getint("core", "max_map_length"), int(number("max_tasks", 1024)))
    try:
        return groups_of(plan["slices"], most)
    except ValueError as error:
        raise AirflowFailException(str(error)) from error


def common_flags(action: str, params, today: date | None = None) -> dict:
    """Flags that come from settings, and from the params of a manual run."""
    flags = {"ledger": setting("ledger")}
    if action == "plan":
        flags |= {"region": ",".join(params["regions"]), "kind": ",".join(params["kinds"])}
    if action == "pull":
        flags |= {"dry-run": params["dry_run"]}
    if action == "check":
        flags |= {"since": params["since"]}
    if action == "verify":
        deadline = VERIFY_TIMEOUT - DEADLINE_MARGIN
        flags |= {"since": params["since"] or verify_since(today or datetime.now(timezone.utc).date())}
        flags |= {"deadline": f"{int(deadline.total_seconds())}s"} if deadline > timedelta(0) else {}
    return {name: value for name, value in flags.items() if value}


def verify_since(today: date) -> str | None:
    """Some weeks back; in the first week of a month everything."""
    days = int(number("verify_days", 40))
    return None if today.day <= 7 else (today - timedelta(days=days)).isoformat()


def args_of(flags: dict) -> list[str]:
    return [f"--{name}" if value is True else f"--{name}={value}" for name, value in flags.items()]


def bash_runner():
    """Runs the command line on the worker itself."""
    command = shlex.split(setting("command", "backup-ledger"))

    class BackupLedgerBash(asking(BashOperator)):
        def ask(self, flags):
            self.bash_command = shlex.join([*command, self.action, *args_of(flags)])

        def exit_code_of(self, error):
            found = re.search(r"exit code (\d+)", str(error))
            return int(found.group(1)) if found else None

    # No exit code of ours means "skip".
    return BackupLedgerBash, {"bash_command": shlex.join(command), "append_env": True, "skip_on_exit_code": []}


# CloudWatch shows a container's last line a little after the container has ended.
LOG_TRIES = 6
LOG_DELAY_SECONDS = 5


def ecs_runner():
    """Runs the container as a task of ECS; the last line of its log is the result."""
    from airflow.providers.amazon.aws.hooks.logs import AwsLogsHook
    from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator

    class BackupLedgerEcs(asking(EcsRunTaskOperator)):
        def ask(self, flags):
            # The result must be the last line: nothing but errors is logged.
            command = [self.action, *args_of(flags), "--log-level=error"]
            self.overrides = {"containerOverrides": [{"name": self.container_name, "command": command}]}

        def result(self, returned):
            for _ in range(LOG_TRIES - 1):
                try:
                    return result_in(self.lines(returned))
                except LookupError:
                    time.sleep(LOG_DELAY_SECONDS)
            return super().result(returned)

        def lines(self, returned):
            logs = AwsLogsHook(aws_conn_id=self.aws_conn_id, region_name=self.region_name).conn
            stream = f"{self.awslogs_stream_prefix}/{self.arn.split('/')[-1]}"
            token = {}
            while True:
                page = logs.get_log_events(
                    logGroupName=self.awslogs_group, logStreamName=stream, startFromHead=False, **token
                )
                yield from (event["message"] for event in reversed(page["events"]))
                if page["nextBackwardToken"] == token.get("nextToken"):
                    return
                token = {"nextToken": page["nextBackwardToken"]}

        def exit_code_of(self, error):
            """Of our container, when it came to run at all."""
            if not self.arn:
                return None
            tasks = self.client.describe_tasks(cluster=self.cluster, tasks=[self.arn])["tasks"]
            containers = [container for task in tasks for container in task["containers"]]
            return next((each.get("exitCode") for each in containers if each["name"] == self.container_name), None)

    container = setting("ecs_container", "backup-ledger")
    network = {
        "subnets": names(required("ecs_subnets", "the subnets the tasks run in, separated by commas")),
        "securityGroups": names(setting("ecs_security_groups")),
        "assignPublicIp": one_of("ecs_assign_public_ip", ("ENABLED", "DISABLED"), "DISABLED"),
    }
    poll = number("ecs_poll_seconds", 6)
    return BackupLedgerEcs, {
        **aws_options(),
        "cluster": setting("ecs_cluster", "default"),
        "task_definition": setting("ecs_task_definition", "backup-ledger"),
        "launch_type": "FARGATE",
        "overrides": {},
        "network_configuration": {"awsvpcConfiguration": {key: value for key, value in network.items() if value}},
        "container_name": container,
        "awslogs_group": setting("ecs_log_group", "/ecs/backup-ledger"),
        "awslogs_stream_prefix": setting("ecs_log_stream_prefix", f"backup-ledger/{container}"),
        "awslogs_fetch_interval": timedelta(seconds=poll),
        "waiter_delay": math.ceil(poll),
        # The operator's own would wait 70 days.
        "waiter_max_attempts": math.ceil(LONGEST_WAIT.total_seconds() / math.ceil(poll)) + 1,
        # A worker that was lost finds its task again instead of starting another.
        "reattach": True,
    }


def lambda_runner():
    """Invokes the function. Its flags are its environment's."""
    from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator

    class BackupLedgerLambda(asking(LambdaInvokeFunctionOperator)):
        def ask(self, flags):
            self.payload = json.dumps({"action": self.action, "flags": flags})

    return BackupLedgerLambda, {
        **aws_options(),
        "function_name": required("lambda_function", "the function's name or ARN (the output of the Step Functions kit)"),
        # Longer than the function may take, and without a second invocation while the first still runs.
        "botocore_config": {"read_timeout": 910, "retries": {"total_max_attempts": 1}},
    }


def aws_options() -> dict:
    """The connection and region of Airflow's worker, which need not be those of the ledger."""
    region = setting("aws_region")
    return {"aws_conn_id": setting("aws_conn_id", "aws_default"), **({"region_name": region} if region else {})}


RUNNERS = {"bash": bash_runner, "ecs": ecs_runner, "lambda": lambda_runner}


def chosen_runner():
    """The operator's class, and its arguments that are the same for every action."""
    return RUNNERS[one_of("runner", tuple(RUNNERS), "ecs")]()
