"""Flags that come from settings, and from the params of a manual run."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from .limits import DEADLINE_MARGIN, VERIFY_TIMEOUT
from .settings import one_of, setting, whole

# To read each page of all years again costs a request each, and more where they lie in a colder storage class.
VERIFY_RAW = one_of("verify_raw", ("all", "recent", "none"), "recent")


def common_flags(action: str, params) -> dict:
    flags = {"ledger": setting("ledger")}
    if action == "plan":
        flags |= {"region": ",".join(params["regions"]), "kind": ",".join(params["kinds"])}
    if action == "pull":
        flags |= {"dry-run": params["dry_run"]}
    if action == "check":
        flags |= {"since": params["since"]}
    if action == "verify":
        deadline = VERIFY_TIMEOUT - DEADLINE_MARGIN
        flags |= {"since": params["since"] or verify_since(datetime.now(timezone.utc).date()), "raw": VERIFY_RAW}
        flags |= {"deadline": f"{int(deadline.total_seconds())}s"} if deadline > timedelta(0) else {}
    return {name: value for name, value in flags.items() if value}


def verify_since(today: date) -> str | None:
    """Some weeks back; in the first week of a month everything."""
    days = whole("verify_days", 40)
    return None if today.day <= 7 else (today - timedelta(days=days)).isoformat()


def args_of(flags: dict) -> list[str]:
    return [f"--{name}" if value is True else f"--{name}={value}" for name, value in flags.items()]
