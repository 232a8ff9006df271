"""The shim's other side: which call fails next, and how often each was made.

The words of the control file are those of `struct control` in shim.c.
"""

import errno
import mmap
import os
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2]

# In the order of `enum kind` in shim.c; what each may fail with.
KINDS = {
    "malloc": ("ENOMEM",),
    "read": ("EIO",),
    "write": ("EIO", "ENOSPC"),
    "sync": ("EIO", "ENOSPC"),
    "truncate": ("EIO",),
    "open": ("EMFILE", "EACCES", "EIO"),
    "map": ("ENOMEM",),
    "lock": ("EAGAIN",),            # held by another: SQLite tries again, so only once at a time
    "accept": ("EMFILE", "ECONNABORTED", "ENFILE"),
    "receive": ("ECONNRESET", "EIO"),
    "send": ("ECONNRESET", "EPIPE", "ENOBUFS"),
    "connect": ("ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT"),
    "socket": ("EMFILE", "ENOBUFS"),
    "epoll": ("ENOMEM", "ENOSPC"),
    "log": ("ENOSPC", "EPIPE"),
}
MODES = ("once", "onwards", "every")
HEAD, COUNTS = 8, 8                 # words before the counts


class Control:
    def __init__(self, path):
        size = (HEAD + len(KINDS)) * 8
        pathlib.Path(path).write_bytes(bytes(size))
        self.path = str(path)
        with open(path, "r+b") as file:
            self.words = mmap.mmap(file.fileno(), size)

    def environment(self):
        shim = os.environ.get("FAULTS_SHIM", str(ROOT / "build/tests/faults/shim.so"))
        assert os.path.exists(shim), f"{shim} is not built"
        # a sanitizer's own library would insist on being first
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return {"LD_PRELOAD": shim, "FAULT_CONTROL": self.path, "ASAN_OPTIONS": sanitizer}

    def _put(self, word, *values):
        struct.pack_into(f"<{len(values)}Q", self.words, word * 8, *values)

    def _get(self, word, count=1):
        return struct.unpack_from(f"<{count}Q", self.words, word * 8)

    def arm(self, kind=None, nth=0, mode="once", error="EIO"):
        """Counts from now on; with a kind, its nth call fails."""
        self.disarm()
        number = list(KINDS).index(kind) if kind else 0
        self._put(1, number, nth if kind else 0, MODES.index(mode), getattr(errno, error), 0)
        self._put(COUNTS, *[0] * len(KINDS))
        self._put(0, 1)

    def disarm(self):
        self._put(0, 0)

    def failed(self):
        return self._get(5)[0]

    def counts(self):
        return dict(zip(KINDS, self._get(COUNTS, len(KINDS))))
