"""Reads the Markdown of a file as GitHub does and prints its tables as JSON: one list of rows of cells each, names first.

usage: read_markdown.py FILE
"""

import json
import sys

from markdown_it import MarkdownIt

rows = []
with open(sys.argv[1], encoding="utf8") as file:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(file.read())
for token in tokens:
    if token.type == "tr_open":
        rows.append([])
    elif token.type == "inline":
        assert all(part.type == "text" or part.type == "text_special" for part in token.children), token.content
        rows[-1].append("".join(part.content for part in token.children))
print(json.dumps(rows))
