"""How long a task may take."""

from __future__ import annotations

from datetime import timedelta

from .settings import seconds

# A worker's share: as long as backup-ledger's own --deadline, which ends a pull by itself and leaves its record, and a bit.
EXECUTION_TIMEOUT = seconds("execution_timeout_seconds", 75 * 60)
VERIFY_TIMEOUT = seconds("verify_timeout_seconds", 4 * 60 * 60)
# Before Airflow ends a verify, it ends by itself and says how far it came.
DEADLINE_MARGIN = timedelta(minutes=5)
