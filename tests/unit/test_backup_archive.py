"""The file of a backup: whole, or refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.cli.backup.archive import HEAD, Head, Record, Writer, read_head, records, writing
from services.cli.trouble import Trouble

RECORDS: list[Record] = [
    [b"gs:meta", b"hash", 0, [b"schema", b"1"]],
    [b"gs:board:{0}:news.example:4h", b"zset", 1_771_675_200_000, [b"/a", 0.1 + 0.2, b"/b", float("-inf")]],
    [b"gs:views:{0}", b"stream", 0, [[b"1-1", [b"b", bytes(range(256))]]]],
]
HEAD_OF_IT = Head(
    schema=1, created_at="2026-02-21T17:09:00Z", groundswell="1.0", partitions=1, accepted=60, counted=54
)


def add(writer: Writer, *some: Record) -> None:
    for record in some:
        writer.add(record)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A backup of three keys, in two sections."""
    path = tmp_path / "folder" / "a.backup"
    with writing(path) as writer:
        for some in (RECORDS[:2], RECORDS[2:]):
            with writer.section():
                add(writer, *some)
        writer.end(HEAD_OF_IT)
    return path


def test_what_was_written_is_read_again_to_the_last_bit(written: Path) -> None:
    head = read_head(written)

    assert list(records(written)) == RECORDS
    assert (head.keys, head.accepted, head.created_at) == (3, 60, "2026-02-21T17:09:00Z")
    assert head.body_bytes == written.stat().st_size - HEAD


def test_it_says_what_it_is_and_is_for_nobody_else(written: Path) -> None:
    first, second = written.read_bytes()[:HEAD].splitlines()

    assert first == b"groundswell-backup 1"
    assert b'"created_at": "2026-02-21T17:09:00Z"' in second
    assert written.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in written.parent.iterdir()] == ["a.backup"]


def test_a_section_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with writing(path) as writer:
        with writer.section():
            writer.add(RECORDS[0])
        with pytest.raises(TypeError, match="object"), writer.section():
            add(writer, RECORDS[1], [object()])
        with writer.section():
            writer.add(RECORDS[2])
        writer.end(HEAD_OF_IT)

    assert read_head(path).keys == 2
    assert list(records(path)) == [RECORDS[0], RECORDS[2]]


def test_one_that_was_not_ended_leaves_the_one_before_as_it_was(written: Path) -> None:
    before = written.read_bytes()

    with pytest.raises(TypeError, match="object"), writing(written) as writer, writer.section():
        add(writer, RECORDS[0], [object()])

    assert written.read_bytes() == before
    assert [path.name for path in written.parent.iterdir()] == ["a.backup"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda whole: whole[:-1], "is cut off: "),
        (lambda whole: whole + b"x", "is cut off: "),
        (lambda whole: whole[:100], "its head cannot be read"),
        (
            lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
            "was altered: its checksum",
        ),
        (lambda whole: whole.replace(b'"accepted": 60', b'"accepted": 61'), "was altered: its checksum"),
        (lambda whole: whole.replace(b'"accepted"', b'"excepted"'), "was altered: its head"),
        (lambda whole: whole.replace(b"backup 1", b"backup 2"), "was written by a later release"),
        (lambda whole: b"PK" + whole, "is no backup"),
        (lambda whole: b"", "is no backup"),
    ],
)
def test_whatever_was_cut_off_or_altered_is_refused_by_name(
    written: Path, damage: Callable[[bytes], bytes], says: str
) -> None:
    written.write_bytes(damage(written.read_bytes()))

    with pytest.raises(Trouble) as refused:
        read_head(written)

    assert str(refused.value).startswith(f"{written} ")
    assert says in str(refused.value)
