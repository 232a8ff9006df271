"""The machine that a run was taken on, and how often its disk can sync."""

import os
import pathlib
import platform
import re
import time


def described(folder):
    model = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    mounts = [row.split() for row in pathlib.Path("/proc/mounts").read_text().splitlines()]
    home = max((m for m in mounts if folder.is_relative_to(m[1])), key=lambda m: len(m[1]),
               default=("?", "/", "an unknown filesystem"))  # in a chroot / itself is not listed
    return (f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, "
            f"{home[2]} on {home[0]} ({folder.parent})"
            + (", which is memory: syncs cost nothing" if home[2] in ("tmpfs", "ramfs") else ""))


def syncs_a_second(folder):
    """4 KiB appended and fdatasync, over and over, for half a second."""
    probe = folder / "probe"
    fd = os.open(probe, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        began, n = time.monotonic(), 0
        while time.monotonic() < began + 0.5:
            os.pwrite(fd, b"\xa5" * 4096, n * 4096)
            os.fdatasync(fd)
            n += 1
        return n / (time.monotonic() - began)
    finally:
        os.close(fd)
        probe.unlink()
