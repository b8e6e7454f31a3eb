"""The file of a backup.

    groundswell-backup 1
    {"schema": 1, "created_at": "2026-02-21T17:09:00Z", ..., "sha256": "..."}
    spaces up to HEAD bytes, then sections, each a gzip stream of msgpack records

The first two lines are there to be read by people. A record is `[key, type,
moment it expires in Unix milliseconds or 0, members...]`; a large value takes
several. Values are written as what they hold, not as one server packs them,
so any Redis or Valkey takes them.

The checksum covers the head and every section. The file is written under
another name, synced, and renamed: under its own name it is whole.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import msgpack

from services.cli.trouble import Trouble

FORMAT = 1
"""The version of the file; that of what it holds is `schema`."""

HEAD = 1_024
"""Bytes before the first section."""

_MAGIC = b"groundswell-backup "
_GZIP = 31
_CHUNK = 1 << 20

Record = list[Any]


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says about itself."""

    schema: int
    """The version of the data layout it was taken of."""
    created_at: str
    """The moment of the first partition, in UTC: what came later may be missing."""
    groundswell: str
    """The release that wrote it."""
    partitions: int
    keys: int = 0
    accepted: int = 0
    """Views accepted until then, over all partitions."""
    counted: int = 0
    body_bytes: int = 0


class Writer:
    """A backup being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._compress: Any = None
        self._names: set[bytes] = set()
        self._keys = 0
        file.write(b"\0" * HEAD)

    @contextmanager
    def section(self) -> Iterator[None]:
        """Write records that belong together; when something is raised, none of them was written."""
        start, digest, names = self._file.tell(), self._digest.copy(), self._names
        self._names = set()
        self._compress = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        try:
            yield
            self._out(self._compress.flush())
        except BaseException:
            self._file.seek(start)
            self._file.truncate()
            self._digest, self._names = digest, names
            raise
        self._keys += len(self._names)

    def add(self, record: Record) -> None:
        """Write a record of the section that is open."""
        self._out(self._compress.compress(msgpack.packb(record)))
        self._names.add(record[0])

    def end(self, head: Head) -> Head:
        """Write the head, which tells how much there is, and return it."""
        fields = {**asdict(head), "keys": self._keys, "body_bytes": self._file.tell() - HEAD}
        fields["sha256"] = _sum(fields, self._digest.hexdigest())
        line = _MAGIC + b"%d\n" % FORMAT + json.dumps(fields).encode()
        self._file.seek(0)
        self._file.write(line.ljust(HEAD - 1) + b"\n")
        del fields["sha256"]
        return Head(**fields)

    def _out(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Give what writes a backup; the file is there, whole and readable by us alone, once it was ended.

    Raises Trouble when it cannot be written; then there is no file.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield Writer(file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            # Without it, the new name may be gone after a power failure.
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        if error.errno is None:  # Redis', not the file's
            raise
        raise Trouble(f"{path} cannot be written: {error.strerror}") from None
    finally:
        new.unlink(missing_ok=True)


def read_head(path: Path) -> Head:
    """Return what a backup says about itself, after looking at every byte of it.

    Raises Trouble for what is no backup, is of a later release, or was cut off or altered.
    """
    try:
        with path.open("rb") as file:
            fields = _fields(path, file.read(HEAD))
            digest, size = hashlib.sha256(), 0
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}") from None
    wanted = fields.pop("sha256", None)
    if size != fields.get("body_bytes"):
        raise Trouble(f"{path} is cut off: {size} bytes are there of {fields.get('body_bytes')}")
    if _sum(fields, digest.hexdigest()) != wanted:
        raise Trouble(f"{path} was altered: its checksum is wrong")
    return Head(**fields)


def records(path: Path) -> Iterator[Record]:
    """Yield the records of a backup that `read_head` has looked at."""
    unpacker = msgpack.Unpacker(raw=True, max_buffer_size=0)
    with path.open("rb") as file:
        file.seek(HEAD)
        inflate = zlib.decompressobj(_GZIP)
        while data := file.read(_CHUNK):
            while data:
                unpacker.feed(inflate.decompress(data))
                data = inflate.unused_data
                if inflate.eof:
                    inflate = zlib.decompressobj(_GZIP)
                yield from unpacker


def _fields(path: Path, head: bytes) -> dict[str, Any]:
    line, _, rest = head.partition(b"\n")
    if not line.startswith(_MAGIC):
        raise Trouble(f"{path} is no backup of Groundswell")
    if line != _MAGIC + b"%d" % FORMAT:
        raise Trouble(f"{path} was written by a later release; restore it with that one")
    try:
        fields = json.loads(rest)
    except ValueError:
        raise Trouble(f"{path} was cut off or altered: its head cannot be read") from None
    known = set(Head.__dataclass_fields__) | {"sha256"}
    if not isinstance(fields, dict) or set(fields) != known:
        raise Trouble(f"{path} was altered: its head has other fields than a backup has")
    return fields


def _sum(fields: Mapping[str, object], body: str) -> str:
    return hashlib.sha256((json.dumps(fields, sort_keys=True) + body).encode()).hexdigest()
