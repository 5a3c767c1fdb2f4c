"""Groups the slices of a plan as the DAG does, and prints the groups as JSON, or the sentence that says why not.

Usage: group_slices.py FOLDER MOST, with the plan on standard input.
"""

import json
import sys

folder, most = sys.argv[1:]
sys.path.append(folder)

from backup_ledger_kit.slices import groups_of, label_of, slices_in  # noqa: E402

try:
    groups = groups_of(json.load(sys.stdin)["slices"], int(most))
    print(json.dumps([{"flags": flags, "label": label_of(flags), "slices": slices_in(flags)} for flags in groups]))
except ValueError as error:
    print(json.dumps(str(error)))
