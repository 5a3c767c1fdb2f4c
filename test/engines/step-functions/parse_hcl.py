"""Parses every Terraform file of a folder and prints its variables, outputs and resources.

Usage: parse_hcl.py FOLDER
"""

import json
import pathlib
import sys

import hcl2

variables, outputs, resources, files = {}, {}, {}, []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.tf")):
    with path.open() as file:
        document = hcl2.load(file)
    if path.parent == pathlib.Path(sys.argv[1]):
        for block in document.get("variable", []):
            for name, fields in block.items():
                variables[name] = {**fields, "file": path.name}
        for block in document.get("output", []):
            outputs.update(block)
        for block in document.get("resource", []):
            for kind, named in block.items():
                resources.update({f"{kind}.{name}": fields for name, fields in named.items()})
    files.append(str(path.relative_to(sys.argv[1])))
print(json.dumps({"variables": variables, "outputs": outputs, "resources": resources, "files": files}))
