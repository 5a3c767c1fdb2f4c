"""The slices of a plan, in as many groups as Airflow can map, and what a person calls them."""

from __future__ import annotations

from itertools import islice

# ECS takes overrides of 8,192 characters, and an account is 13 of them.
MAX_ACCOUNTS_TOGETHER = 400


def groups_of(slices: list[dict], most: int) -> list[dict]:
    """Flags for each mapped task: one slice, or accounts of one kind and region together where there are more slices than ``most``."""
    accounts_by_flags: dict[tuple, list[str]] = {}
    for planned in slices:
        others = {name: value for name, value in planned["flags"].items() if name != "accounts"}
        accounts_by_flags.setdefault(tuple(others.items()), []).append(planned["flags"].get("accounts", ""))
    size = size_of_group(accounts_by_flags.values(), most)
    if size is None:
        fewest = count_of_groups(accounts_by_flags.values(), MAX_ACCOUNTS_TOGETHER)
        raise ValueError(
            f"expected a plan for at most {most} mapped tasks, got {len(slices)} slices, which make {fewest} tasks at least: "
            "raise core.max_map_length and [backup_ledger] max_tasks, or plan fewer kinds, regions or accounts"
        )
    return [
        {**dict(others), **({"accounts": ",".join(part)} if any(part) else {})}
        for others, accounts in accounts_by_flags.items()
        for part in parts(accounts, size)
    ]


def size_of_group(lists, most: int) -> int | None:
    """The fewest accounts a task that stay within ``most`` tasks."""
    sizes = range(1, MAX_ACCOUNTS_TOGETHER + 1)
    return next((size for size in sizes if count_of_groups(lists, size) <= most), None)


def count_of_groups(lists, size: int) -> int:
    return sum(-(-len(accounts) // size) for accounts in lists)


def parts(items: list[str], size: int):
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def slices_in(flags: dict) -> int:
    """How many slices a group's flags pull."""
    return len(flags.get("accounts", "").split(","))


def label_of(flags: dict) -> str:
    """What a group is called where a person reads of it."""
    accounts = flags.get("accounts", "").split(",")
    whose = flags.get("account") or (accounts[0] if len(accounts) == 1 else f"{len(accounts)} accounts")
    table = f"into {flags['table']}" if "table" in flags and not flags["table"].endswith("_job_summaries") else ""
    return " ".join(word for word in (flags.get("kind"), flags.get("region"), whose, table) if word)
