"""Packs a function as Lambda takes it: pack.py ZIP NAME=PATH..., where a PATH may be a folder.

Quick rather than small: the local stack's emulator is the only one that unpacks it.
"""

import sys
import zipfile
from pathlib import Path

archive, *entries = sys.argv[1:]
unfinished = Path(archive).with_suffix(".new")
with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
    for entry in entries:
        name, _, source = entry.partition("=")
        source = Path(source)
        files = sorted(source.rglob("*")) if source.is_dir() else [source]
        for file in files:
            if file.is_file():
                package.write(file, Path(name, file.relative_to(source)) if source.is_dir() else name)
unfinished.replace(archive)
