"""Parses files of Athena SQL with sqlglot and prints what each creates as JSON.

Usage: parse_ddl.py FILE...
"""

import json
import pathlib
import sys

import sqlglot
from sqlglot import exp


def text(node):
    return node.sql(dialect="hive").replace("`", "").lower()


def own_columns(schema):
    """Fields of structs are definitions of columns, too: only those right below the schema count."""
    return {column.name: text(column.kind) for column in schema.expressions if isinstance(column, exp.ColumnDef)}


def properties(create):
    found = {}
    for node in create.args["properties"].expressions:
        if isinstance(node, exp.PartitionedByProperty):
            found["partitioned_by"] = own_columns(node.this)
        elif isinstance(node, exp.LocationProperty):
            found["location"] = node.this.name
        elif type(node) is exp.Property:
            found.setdefault("properties", {})[node.name] = node.args["value"].name
    return found


def describe(path):
    (create,) = [node for node in sqlglot.parse(pathlib.Path(path).read_text("utf-8"), read="athena") if node]
    described = {"kind": create.kind, "name": create.find(exp.Table).name}
    if create.kind == "TABLE":
        described |= {"columns": own_columns(create.this), **properties(create)}
    return described


json.dump([describe(path) for path in sys.argv[1:]], sys.stdout)
