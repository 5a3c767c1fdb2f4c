"""Runs a command on a pseudo-terminal and prints, as JSON, what a person saw: the text as it came, the screen at the end,
the screen's last line after each piece, how words were painted, and the exit code.

usage: pseudo_terminal.py COLUMNS TYPED AFTER COMMAND...   (types the text once AFTER was seen)
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios
import time
from itertools import groupby

import pyte

LINES = 100

columns, typed, after, *command = sys.argv[1:]
columns = int(columns)
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
    os.execvp(command[0], command)

screen = pyte.Screen(columns, LINES)
stream = pyte.ByteStream(screen)


def lines():
    """The screen without the blanks at the ends of its lines, and without empty lines below."""
    return "\n".join(line.rstrip() for line in screen.display).rstrip("\n").split("\n")


def style_of(char):
    marks = [name for name in ("bold", "reverse", "underscore") if getattr(char, name)]
    colours = [("on " if part == "bg" else "") + getattr(char, part) for part in ("fg", "bg")]
    return " ".join([colour for colour in colours if not colour.endswith("default")] + marks)


def painted():
    """Runs of painted characters: line from 1, style, text."""
    for number, line in enumerate(lines(), 1):
        cells = [screen.buffer[number - 1][at] for at in range(len(line))]
        for style, run in groupby(cells, style_of):
            text = "".join(cell.data for cell in run)
            if style and text.strip():
                yield {"line": number, "style": style, "text": text}


seen = b""
last_lines = []
answered = typed == ""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    seen += part
    stream.feed(part)
    last_lines.append(lines()[-1])
    if not answered and after.encode() in seen:
        answered = True
        for key in typed:
            os.write(terminal, key.encode())
            time.sleep(0.05)
_, status = os.waitpid(child, 0)
# As a shell says it: a signal that meets a process on its way out ends it by itself.
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
print(
    json.dumps(
        {
            "code": code,
            "seen": seen.decode("utf8", "replace"),
            "screen": lines(),
            "lastLines": last_lines,
            "painted": list(painted()),
        }
    )
)
