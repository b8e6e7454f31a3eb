"""How `groundswell doctor` tells what it found."""

from services.cli.doctor import shown
from services.cli.doctor.case import size, span
from services.cli.doctor.finding import ok, unknown, warning, wrong

WELL = ok("memory", "1 MB of 2 MB are used")
BAD = wrong("eviction", "allkeys-lru", "CONFIG SET maxmemory-policy noeviction")


def test_a_line_tells_how_it_is_and_the_next_what_to_do():
    assert shown.lines([WELL, BAD]).splitlines() == [
        "ok        memory            1 MB of 2 MB are used",
        "WRONG     eviction          allkeys-lru",
        "                            -> CONFIG SET maxmemory-policy noeviction",
    ]


def test_checks_that_could_not_be_made_for_one_reason_are_one_line():
    away = [unknown(name, "Redis does not answer") for name in ("memory", "clocks")]

    assert shown.lines([WELL, *away]).splitlines()[1:] == [
        "not seen  2 checks          Redis does not answer: memory, clocks"
    ]
    assert len(shown.document([WELL, *away])["findings"]) == 3  # type: ignore[arg-type]


def test_what_came_from_outside_cannot_tell_the_terminal_anything():
    hostile = warning("feeds", "\x1b]0;owned\x07 \u202eread", "look\n at it")

    told = shown.lines([hostile])

    assert len(told.splitlines()) == 2
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_the_last_line_sums_up():
    assert shown.verdict([WELL]) == "All is well."
    assert shown.verdict([WELL, BAD, WELL]) == "1 WRONG, 2 ok."


def test_warnings_and_what_was_not_seen_are_not_wrong():
    assert shown.is_well([WELL, warning("a", "b", "c"), unknown("a", "b")])
    assert not shown.is_well([WELL, BAD])


def test_times_and_sizes_read_as_people_say_them():
    assert [span(s) for s in (-5, 0.4, 119, 120, 7_199, 7_200, 200_000)] == [
        *("0 s", "0 s", "119 s", "2 min", "120 min", "2 h", "2 days")
    ]
    assert [size(n) for n in (12, 1_024, 1.5 * 2**20, 2**40)] == ["12 B", "1 KB", "1.5 MB", "1,024 GB"]
