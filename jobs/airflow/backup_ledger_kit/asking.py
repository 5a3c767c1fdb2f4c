"""An operator of Airflow's, made to ask backup-ledger for an action."""

from __future__ import annotations

from functools import partial

from airflow.configuration import conf

from .flags import common_flags
from .results import counts_of, judged, result_in
from .settings import whole
from .slices import groups_of, label_of, slices_in
from .versions import AirflowFailException


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
            # A catalog is brought up to date, or an error has said why not.
            return None if self.action == "register" else self.looked_at(returned)

        def pulled(self, context, result):
            """Counts and names only: what a pull did in full is on record in the ledger."""
            expected, counts = slices_in(self.flags), counts_of(result)
            if counts["slices"] != expected:
                raise AirflowFailException(f"expected {expected} slices pulled, got {counts['slices']}: {counts['pulls']}")
            context["label"] = f"{label_of(self.flags)}: {counts['kept']} rows, {counts['accounts']} accounts"
            return {"map_index": context["ti"].map_index, **counts}

        def looked_at(self, returned):
            """What `check` and `verify` found is told by their exit code, and stands in the log."""

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
    most = min(conf.getint("core", "max_map_length"), whole("max_tasks", 1024))
    try:
        return groups_of(plan["slices"], most)
    except ValueError as error:
        raise AirflowFailException(str(error)) from error
