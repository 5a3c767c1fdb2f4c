"""Runs a command on a pseudo-terminal of 100 columns and prints what was seen, and the exit code, as JSON.

usage: pseudo_terminal.py TYPED AFTER COMMAND...   (types the text once AFTER was seen)
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios
import time

typed, after, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

seen = b""
answered = typed == ""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    seen += part
    if not answered and after.encode() in seen:
        answered = True
        for key in typed:
            os.write(terminal, key.encode())
            time.sleep(0.05)
_, status = os.waitpid(child, 0)
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
print(json.dumps({"code": code, "seen": seen.decode("utf8", "replace")}))
