"""Packs what the box installs itself from: pack_box.py ARCHITECTURE AGENT FOLDER CACHE

Writes FOLDER/update, with which a new box starts, and FOLDER/release.tar.gz: the scripts and units of box/, the agent,
and Deluge with all it depends on as a virtual environment for Debian 12's Python. The same contents give the same
bytes, whatever machine packs them. CACHE keeps the environment, which changes with box/deluge.txt alone.
"""

import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

BOX = Path(__file__).resolve().parents[2] / "box"
REQUIREMENTS = BOX / "deluge.txt"
# Debian 12: its Python, and the newest glibc that a wheel may want.
PYTHON = "3.11"
PLATFORMS = {
    architecture: [f"{standard}_{machine}" for standard in ("manylinux_2_28", "manylinux2014", "manylinux_2_17")]
    for architecture, machine in {"x86_64": "x86_64", "arm64": "aarch64"}.items()
}
# pip's own notes, with paths of this machine; programs with its Python; what desktops show.
LEFT_OUT = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "__pycache__"}
PROGRAMS = {
    "deluged": "from deluge.core.daemon_entry import start_daemon as start",
    "deluge-web": "from deluge.ui.web import start",
}
PYVENV = f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n"
LAUNCHER = "#!/opt/torrent2s3/deluge/current/bin/python\n{}\n\nstart()\n"


def install(architecture, folder):
    """The environment, from wheels with the hashes of box/deluge.txt."""
    if not importlib.util.find_spec("pip"):
        sys.exit(f"{sys.executable} has no pip; the tools' Python has: cargo xtask setup, and PATH as docs/deploy.md says")
    packages = folder / f"lib/python{PYTHON}/site-packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", REQUIREMENTS]
    # pip before 23.1 compares with the Python that it runs in.
    command += ["--ignore-requires-python"]
    command += ["--implementation", "cp", "--python-version", PYTHON, "--abi", "cp311", "--abi", "abi3", "--abi", "none"]
    for platform in PLATFORMS[architecture]:
        command += ["--platform", platform]
    subprocess.run([*command, "--target", packages], check=True)
    for leftover in ("bin", "share"):
        shutil.rmtree(packages / leftover)
    (folder / "pyvenv.cfg").write_text(PYVENV)
    (folder / "bin").mkdir()
    (folder / "bin/python").symlink_to("/usr/bin/python3")
    for name, program in PROGRAMS.items():
        (folder / "bin" / name).write_text(LAUNCHER.format(program))
        (folder / "bin" / name).chmod(0o755)


def pack(archive, sources, level):
    """A tar of `sources`, by their names in it, without anything that differs from machine to machine."""

    def plain(member):
        if Path(member.name).name in LEFT_OUT:
            return None
        member.uid = member.gid = member.mtime = 0
        member.uname = member.gname = ""
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    unfinished = archive.with_suffix(".new")
    with open(unfinished, "wb") as file, gzip.GzipFile("", "wb", level, file, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name, source in sorted(sources.items()):
                tar.add(source, name, filter=plain)
    unfinished.replace(archive)


def environment(architecture, cache):
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:16]
    archive = cache / f"deluge-{architecture}-{key}.tar.gz"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        folder = cache / f"deluge-{architecture}-{os.getpid()}"
        try:
            install(architecture, folder)
            pack(archive, {entry.name: entry for entry in folder.iterdir()}, 9)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return archive


def main(architecture, agent, folder, cache):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sources = {entry.name: entry for entry in BOX.iterdir() if entry != REQUIREMENTS}
    sources |= {"torrent2s3-agent": Path(agent), "deluge.tar.gz": environment(architecture, Path(cache))}
    pack(folder / "release.tar.gz", sources, 6)
    shutil.copyfile(BOX / "update", folder / "update")


if __name__ == "__main__":
    main(*sys.argv[1:])
