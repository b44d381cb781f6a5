"""Runs commands of the aws command line one after the other, which takes milliseconds each instead of its start's second.

Reads a JSON list of arguments per line; answers each with a line {"status", "out", "err"}.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

answers = sys.stdout
for line in sys.stdin:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            # A new one each time: some commands leave handlers behind that change what the next ones answer.
            status = create_clidriver().main(json.loads(line))
        except SystemExit as end:
            status = end.code
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    answers.write(json.dumps({"status": status or 0, "out": texts[0], "err": texts[1]}) + "\n")
    answers.flush()
