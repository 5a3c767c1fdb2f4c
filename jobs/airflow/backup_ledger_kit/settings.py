"""Settings of section ``[backup_ledger]`` of ``airflow.cfg``, or ``AIRFLOW__BACKUP_LEDGER__<KEY>``: README.md has the list."""

from __future__ import annotations

from datetime import timedelta

from airflow.configuration import conf

SECTION = "backup_ledger"


def setting(key: str, default: str = "") -> str:
    return conf.get(SECTION, key, fallback=default).strip()


def required(key: str, meaning: str) -> str:
    """A setting without a default that would be right anywhere."""
    value = setting(key)
    if not value:
        raise ValueError(f"[{SECTION}] {key}: expected {meaning}, got nothing: set AIRFLOW__{SECTION.upper()}__{key.upper()}")
    return value


def one_of(key: str, choices: tuple[str, ...], default: str) -> str:
    value = setting(key, default)
    if value not in choices:
        raise ValueError(f"[{SECTION}] {key}: expected one of {', '.join(choices)}, got {value!r}")
    return value


def whole(key: str, default: int, least: int = 1) -> int:
    text = setting(key, str(default))
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"[{SECTION}] {key}: expected a whole number of at least {least}, got {text!r}")
    return int(text)


def switch(key: str, default: str) -> bool:
    return one_of(key, ("on", "off"), default) == "on"


def upkeep_actions() -> list[str]:
    """What follows the pulls. A folder has no catalog that Athena could read."""
    ledger = setting("ledger")
    is_folder = ledger != "" and not ledger.startswith("s3://")
    return [action for action in ("register", "check") if switch(action, "on") and not (action == "register" and is_folder)]


def names(text: str) -> list[str]:
    """Of a list separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def seconds(key: str, default: int) -> timedelta:
    return timedelta(seconds=whole(key, default))
