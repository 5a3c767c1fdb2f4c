"""Where backup-ledger runs: on this worker (bash), as a task of ECS, or as the Lambda function."""

from __future__ import annotations

import json
import math
import re
import shlex
import time
from datetime import timedelta

from .asking import asking
from .flags import args_of
from .results import result_in
from .settings import names, one_of, required, setting, whole
from .versions import AirflowFailException, BashOperator


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


# Airflow's word for what to resume when a trigger has failed or its time is over.
FAILED_WAIT = "__fail__"


def arn_of(instance) -> str | None:
    """The task of ECS that this try began, as the operator left it."""
    return instance.xcom_pull(task_ids=instance.task_id, key="ecs_task_arn", map_indexes=instance.map_index)


def ecs_runner():
    """Runs the container as a task of ECS; the last line of its log is the result."""
    from airflow.providers.amazon.aws.hooks.logs import AwsLogsHook
    from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator

    class BackupLedgerEcs(asking(EcsRunTaskOperator)):
        def ask(self, flags):
            # The result must be the last line: nothing but errors is logged.
            command = [self.action, *args_of(flags), "--log-level=error"]
            self.overrides = {"containerOverrides": [{"name": self.container_name, "command": command}]}
            # Airflow looks after the time of a worker alone: who waits without one counts looks, and the operator's own would last 70 days.
            self.waiter_max_attempts = math.ceil(self.execution_timeout.total_seconds() / self.waiter_delay) + 1

        def pre_execute(self, context):
            """Airflow 2 ends a resumed task whose time is over before it is resumed."""
            super().pre_execute(context)
            if getattr(context["ti"], "next_method", None):
                self.arn = arn_of(context["ti"])

        def resume_execution(self, next_method, next_kwargs, context):
            """Nobody waits for the task any more: it is stopped, or each further try would find it and wait for it again."""
            if next_method == FAILED_WAIT:
                self.arn = arn_of(context["ti"])
                self.on_kill()
            return super().resume_execution(next_method, next_kwargs, context)

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
    poll = whole("ecs_poll_seconds", 6)
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
        "waiter_delay": poll,
        # A worker that was lost finds its task again instead of starting another.
        "reattach": True,
    }


def lambda_runner():
    """Invokes the function. Its flags are its environment's."""
    from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator

    class BackupLedgerLambda(asking(LambdaInvokeFunctionOperator)):
        def ask(self, flags):
            self.payload = json.dumps({"action": self.action, "flags": flags})

        def looked_at(self, returned):
            """A function has no exit code: what it found is its answer."""
            found = json.loads(returned)
            if found["outcome"] != "ok":
                raise AirflowFailException(found.get("cause") or "; ".join(found.get("worst", [])) or returned)

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
