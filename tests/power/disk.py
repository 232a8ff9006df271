#!/usr/bin/env python3
"""What a disk holds after its power was cut, from the journal that disk.c wrote.

The rules are the least that POSIX and an honest disk promise, so that nothing
passes by the kindness of one file system:

- what a file held when its last completed sync began is there;
- of each later write: all of it, some of its sectors of 512 bytes, none of it,
  or only the length it gave the file, zeros in place of its bytes; whatever
  became of the writes before and after it;
- a later change of length is there or is not;
- a sync that failed wrote nothing, and the next one does not make it good: a page
  comes to the disk only once it is written to again;
- a name made, removed or changed is certain once its folder was synced; before
  that it may be there or not, even where the file itself was synced.
"""

import pathlib
import struct
import sys
import tempfile

HEADER = struct.Struct("<IIIiqQ")
OPENED, WROTE, CUT_TO, SYNC_BEGINS, SYNCED, UNLINKED, RENAMED, GREW, SYNC_REFUSED = range(1, 10)
NOTHING, FOLDER, DATABASE, WAL, ROLLBACK = range(5)
SECTOR, PAGE = 512, 4096
NO_DISK = ("-shm", ".lock", ".sock")


def records(path):
    """Every record of a journal; a last one that the kill tore apart is none."""
    data = path.read_bytes() if path.exists() else b""
    at = 0
    while at + HEADER.size <= len(data):
        kind, process, thread, fd, where, length = HEADER.unpack_from(data, at)
        at += HEADER.size
        if at + length > len(data):
            return
        yield kind, process, thread, fd, where, data[at:at + length]
        at += length


class File:
    """The bytes that are certain, and what came after: (number, change) in order."""

    def __init__(self, data=b""):
        self.certain = bytearray(data)
        self.pending = []
        self.forgotten = {}             # page: what the cache holds and no sync will write

    def change(self, number, change):
        """A write into a forgotten page makes the kernel write that page after all."""
        if change[0] == "write" and self.forgotten:
            for page in range(change[1] // PAGE, (change[1] + len(change[2]) - 1) // PAGE + 1):
                if page in self.forgotten:
                    self.pending.append((number, ("write", page * PAGE, self.forgotten.pop(page))))
        self.pending.append((number, change))

    def sync(self, before):
        for number, change in self.pending:
            if number < before:
                apply(self.certain, change)
        self.pending = [row for row in self.pending if row[0] >= before]

    def refuse(self, before):
        """What a failed sync was for is not on the disk, and the kernel will not try again."""
        now = self.now()
        for number, change in self.pending:
            if number < before and change[0] == "write":
                for page in range(change[1] // PAGE, (change[1] + len(change[2]) - 1) // PAGE + 1):
                    self.forgotten[page] = bytes(now[page * PAGE:(page + 1) * PAGE])
        self.pending = [row for row in self.pending if row[0] >= before]

    def now(self):
        """What a reader saw last: the page cache."""
        data = bytearray(self.certain)
        for page, what in self.forgotten.items():
            apply(data, ("write", page * PAGE, what))
        for _, change in self.pending:
            apply(data, change)
        return data

    def after_cut(self, dice):
        """Some of what was pending; how much is kept differs from cut to cut.  Nothing without dice."""
        data = bytearray(self.certain)
        if dice is None:
            return data
        chance = dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        end = dice.choice((0, dice.randrange(len(self.pending) + 1), len(self.pending), len(self.pending)))
        for place, (_, change) in enumerate(self.pending):
            if place < end and dice.random() < chance:
                apply(data, change)
            elif place < end:
                apply_torn(data, change, dice)
        return data


class Folder:
    """The names that are certain, and the changes of names since: (number, change)."""

    def __init__(self, files=None):
        self.certain = dict(files or {})
        self.pending = []

    def sync(self, before):
        for number, change in self.pending:
            if number < before:
                apply_name(self.certain, change)
        self.pending = [row for row in self.pending if row[0] >= before]

    def now(self):
        names = dict(self.certain)
        for _, change in self.pending:
            apply_name(names, change)
        return names

    def after_cut(self, dice):
        names = dict(self.certain)
        chance = dice.choice((0.0, 0.5, 1.0)) if dice else 0.0
        for _, change in self.pending:
            if dice and dice.random() < chance:
                apply_name(names, change)
        return names


def apply(data, change):
    """change: ("write", at, bytes), ("length", size) or ("grow", size)."""
    if change[0] == "write":
        _, at, what = change
        grow(data, at)
        data[at:at + len(what)] = what
        return
    if change[0] == "length":
        del data[change[1]:]
    grow(data, change[1])


def grow(data, size):
    if len(data) < size:
        data.extend(bytes(size - len(data)))


def apply_torn(data, change, dice):
    """A change that is not all there: some sectors, only the length, or nothing."""
    if change[0] != "write":
        return
    _, at, what = change
    fate = dice.random()
    if fate < 0.2:
        grow(data, at + len(what))
    if fate >= 0.4:
        return
    start, whole = at, at + len(what)
    while start < whole:                        # sectors of the disk, not of the write
        end = min(whole, (start // SECTOR + 1) * SECTOR)
        if fate >= 0.2 and dice.random() < 0.5:
            apply(data, ("write", start, what[start - at:end - at]))
        start = end


def apply_name(names, change):
    """change: ("name", name, File), ("unlink", name) or ("rename", old, new)."""
    if change[0] == "name":
        names[change[1]] = change[2]
    elif change[0] == "unlink":
        names.pop(change[1], None)
    elif change[1] in names:
        names[change[2]] = names.pop(change[1])


class Disk:
    """A folder, the journal of what was done to it, and what of that is certain."""

    def __init__(self, folder, journal):
        self.path, self.journal = pathlib.Path(folder), pathlib.Path(journal)
        self.folder, self.number = Folder(), 0

    def absorb(self):
        """Takes in the journal; only while nothing writes to it."""
        replay = Replay(self.folder)
        for self.number, row in enumerate(records(self.journal), self.number + 1):
            replay.take(self.number, *row)
        self.journal.unlink(missing_ok=True)

    def live(self):
        """What stands in the folder now, by name."""
        return {path.name: path.read_bytes() for path in self.path.iterdir() if not path.name.endswith(NO_DISK)}

    def recorded(self):
        """What should stand there."""
        return {name: bytes(file.now()) for name, file in self.folder.now().items()}

    def reconcile(self):
        """Before a restart without a cut: takes in the last call of each thread, which a kill may have let
        happen and kept from the journal.  Nothing waited for it, so it counts as written and not synced."""
        self.absorb()
        live, recorded = self.live(), self.recorded()
        self.number += 1
        for name in recorded.keys() - live.keys():
            self.folder.pending.append((self.number, ("unlink", name)))
        for name in live.keys() - recorded.keys():
            self.folder.pending.append((self.number, ("name", name, File())))
        for name, file in self.folder.now().items():
            for change in difference(recorded.get(name, b""), live[name]):
                file.change(self.number, change)

    def cut(self, dice):
        """Leaves in the folder what a power cut would."""
        self.absorb()
        self.start_from({name: File(file.after_cut(dice)) for name, file in self.folder.after_cut(dice).items()})

    def start_from(self, names):
        """Certain from now on: these files, and nothing else."""
        self.folder = Folder(names)
        self.journal.unlink(missing_ok=True)
        for path in self.path.iterdir():
            path.unlink()
        for name, file in names.items():
            (self.path / name).write_bytes(file.certain)

    def unsynced(self, tail):
        """How many changes of the files with this ending no sync has covered."""
        return sum(len(file.pending) for name, file in self.folder.now().items() if name.endswith(tail))


def difference(old, new):
    """The changes that make the one into the other."""
    if old == new:
        return
    start = next((at for at in range(min(len(old), len(new))) if old[at] != new[at]), min(len(old), len(new)))
    if new[start:]:
        yield "write", start, new[start:]
    if len(new) < len(old):
        yield "length", len(new)


class Replay:
    """Feeds records to a folder and its files."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}                 # (process, fd): File or Folder
        self.began = {}                 # (process, thread): the number of its sync's beginning

    def take(self, number, kind, process, thread, fd, at, data):
        here = (process, fd)
        if kind == OPENED:
            self.files[here] = self.opened(number, data.decode(), at)
        elif kind == WROTE:
            self.files[here].change(number, ("write", at, data))
        elif kind in (CUT_TO, GREW):
            self.files[here].change(number, ("length" if kind == CUT_TO else "grow", at))
        elif kind == SYNC_BEGINS:
            self.began[process, thread] = number
        elif kind == SYNCED:
            self.files[here].sync(self.began[process, thread])
        elif kind == SYNC_REFUSED:
            self.files[here].refuse(self.began[process, thread])
        elif kind == UNLINKED:
            self.folder.pending.append((number, ("unlink", data.decode())))
        elif kind == RENAMED:
            self.folder.pending.append((number, ("rename", *data.decode().split("/"))))

    def opened(self, number, name, fresh):
        if not name:
            return self.folder
        if fresh:
            self.folder.pending.append((number, ("name", name, File())))
        return self.folder.now()[name]


def _self_test():
    """A made-up journal: what must be there always is, what may be lost sometimes is."""
    import random

    rows = [(OPENED, 5, 1, b"a"), (WROTE, 5, 0, b"x" * 1024), (OPENED, 6, 0, b""), (SYNC_BEGINS, 5, 0, b""),
            (WROTE, 5, 0, b"z"), (SYNCED, 5, 0, b""), (SYNC_BEGINS, 6, 0, b""), (SYNCED, 6, 0, b""),
            (WROTE, 5, 512, b"y" * 1024), (OPENED, 7, 1, b"b"), (UNLINKED, -1, 0, b"a"), (WROTE, 7, 0, b"b")]
    seen = set()
    with tempfile.TemporaryDirectory() as home:
        folder, journal = pathlib.Path(home, "folder"), pathlib.Path(home, "journal")
        folder.mkdir()
        for seed in range(400):
            torn = HEADER.pack(WROTE, 1, 1, 5, 0, 99) + b"torn"
            journal.write_bytes(b"".join(HEADER.pack(k, 1, 1, fd, at, len(data)) + data
                                         for k, fd, at, data in rows) + torn)
            disk = Disk(folder, journal)
            disk.cut(random.Random(seed))
            left = disk.live()
            body = left.get("a", b"gone")
            assert body == b"gone" or body[1:512] == b"x" * 511, "what was synced is there"
            seen |= {"b" in left, body == b"gone", body[:1], len(body), body[512:1024], not journal.exists()}
    wanted = {True, False, b"x", b"z", 1024, 1536, b"x" * 512, b"y" * 512}
    assert wanted <= seen, f"never seen: {wanted - seen}"
    print("ok 1 - a made-up disk keeps what was synced and loses the rest\n1..1")


if __name__ == "__main__":
    sys.exit(_self_test())
