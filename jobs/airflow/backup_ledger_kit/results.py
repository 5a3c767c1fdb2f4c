"""What backup-ledger says of a run, in the few words that go into XCom, and which failures another try cannot mend."""

from __future__ import annotations

import json
from typing import Iterable

from .versions import AirflowException, AirflowFailException, AirflowSkipException

NEEDS_A_PERSON = {64, 65, 70, 78}
# `check` found what its thresholds do not allow: it would find it again.
FINDINGS = 1
# Names of the errors the Lambda function throws.
NEEDS_A_PERSON_BY_NAME = ("FixConfig", "FixData", "ReportBug")
# What AWS answers where a name, a role or a permission is wrong.
NEEDS_A_PERSON_BY_CODE = {
    "AccessDeniedException",
    "ClusterNotFoundException",
    "ClientException",
    "InvalidParameterException",
    "ResourceNotFoundException",
    "UnrecognizedClientException",
}
# How every result begins, and nothing else on stdout or stderr.
BEGINNING = '{"schema_version"'


def judged(error: Exception, action: str, exit_code: int | None) -> Exception:
    """What to raise: a failure that another try cannot mend is final."""
    if isinstance(error, (AirflowFailException, AirflowSkipException)):
        return error
    said = str(error)
    is_final = (
        exit_code in NEEDS_A_PERSON
        or (action == "check" and exit_code == FINDINGS)
        or any(name in said for name in NEEDS_A_PERSON_BY_NAME)
        or code_of(error) in NEEDS_A_PERSON_BY_CODE
    )
    if is_final:
        return AirflowFailException(said)
    return error if isinstance(error, AirflowException) else AirflowException(said)


def code_of(error: Exception) -> str | None:
    """AWS's own name of the error."""
    return getattr(error, "response", {}).get("Error", {}).get("Code")


def result_in(newest_first: Iterable[str]) -> dict:
    """The result, which is the last line of JSON: put together again where a log driver cut it."""
    text = ""
    for line in newest_first:
        text = line + text
        if line.startswith(BEGINNING):
            return json.JSONDecoder().raw_decode(text)[0]
    raise LookupError("expected a line of JSON from backup-ledger, got none")


def counts_of(result: dict) -> dict:
    """Of a good pull: the names of its records in the ledger, and counts. Everything else stands in those records."""
    slices = result["slices"]
    return {
        "pulls": [name_of(pulled) for pulled in slices],
        "slices": sum(pulled["outcome"] in ("ok", "superseded") for pulled in slices),
        "kept": sum(pulled["kept"] for pulled in slices),
        "accounts": sum(pulled.get("accounts") or 0 for pulled in slices),
        "warnings": sum(count(pulled.get("warnings")) for pulled in slices),
        **days_of(slices),
    }


def count(warnings) -> int:
    """A list of warnings, or how many there are."""
    return warnings if isinstance(warnings, int) else len(warnings or [])


def days_of(results: Iterable[dict]) -> dict:
    """First and last start date in any of these."""
    results = list(results)
    first = [result["first_day"] for result in results if result.get("first_day")]
    last = [result["last_day"] for result in results if result.get("last_day")]
    return {"first_day": min(first, default=None), "last_day": max(last, default=None)}


def name_of(pulled: dict) -> str:
    """As in the names of the files under ``pulls/``."""
    keys = ("kind", "aggregation_period", "region", "scope")
    return pulled.get("slice") or "-".join(pulled[key] for key in keys)


def sums_of(results: list[dict]) -> dict:
    """Of all mapped tasks together."""
    counted = ("slices", "kept", "warnings")
    return {**{name: sum(result[name] for result in results) for name in counted}, **days_of(results)}
