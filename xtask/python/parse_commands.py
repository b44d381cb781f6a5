"""Has the installed aws and sam parse commands, and stops where they would call AWS.

    python parse_commands.py < COMMANDS

One command a line, each as a shell reads it. Prints those that do not parse, with what the program says.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
from samcli.cli.main import cli as sam

BIN = Path(sys.executable).parent
# Nobody answers there: whatever is as far as that was understood.
NOWHERE = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_PAGER": "",
}


def aws(arguments):
    command = [BIN / "aws", "--endpoint-url", NOWHERE["AWS_ENDPOINT_URL"], *arguments]
    done = subprocess.run(command, env={**os.environ, **NOWHERE}, capture_output=True, text=True, timeout=60)
    if "Could not connect to the endpoint URL" in done.stderr:
        return None
    # `aws configure` asks questions, which nobody answers here.
    if "EOF when reading a line" in done.stderr:
        return None
    # Before "Invalid choice" stands the usage, after it every choice there is.
    lines = [line for line in done.stderr.splitlines() if line.startswith(("aws: ", "Unknown", "Parameter", "Error"))]
    return f"exit code {done.returncode}: {' '.join(lines) or done.stderr}"


def parse_sam(arguments):
    command, name, rest = sam, "sam", list(arguments)
    parent = None
    try:
        while True:
            # Of a group's words only its own options: the rest is for the command below it.
            context = command.make_context(name, rest, parent=parent)
            if not isinstance(command, click.Group):
                return None
            words = [*getattr(context, "_protected_args", context.protected_args), *context.args]
            if not words:
                return f"{name} wants a command"
            name, command, rest = command.resolve_command(context, words)
            parent = context
    except click.ClickException as error:
        # Files that `cargo xtask local` and `cargo xtask setup` write.
        is_made_later = any(file in error.format_message() for file in ("Path '.local/", "file samconfig.local.toml"))
        return None if is_made_later else error.format_message()
    except click.exceptions.Exit as error:
        return None if error.exit_code == 0 else f"exit code {error.exit_code}"


failed = 0
for line in sys.stdin.read().splitlines():
    program, *arguments = shlex.split(line, comments=True)
    fault = aws(arguments) if program == "aws" else parse_sam(arguments)
    if fault:
        failed += 1
        print(f"{line}\n    {fault}")
sys.exit(1 if failed else 0)
