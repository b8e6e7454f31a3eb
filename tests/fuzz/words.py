"""What a stranger writes where a word, a number or any value at all is expected."""

MARK = "<script>zq()</script>"
"""What no page and no feed may give back as it came."""

FORGED = "2026-02-21T17:09:00Z ERROR fuzz: nobody wrote this"
"""A line that looks like one of a log."""

WORDS: tuple[str, ...] = (
    *("", " ", "a", "/a", "0", "-1", "1e9", "null", "true", "undefined", "NaN", "__proto__", "constructor"),
    *("a\x00b", "\x00", "a\nb", "a\rb", "a\r\nset-cookie: zq=1", "a\tb", "a\x0bb", "a\x0cb", "a\x1cb"),
    *("a\x7fb", "a\x85b", "a\u2028b", "a\u2029b", "\ufeffa", "\u202ea\u202c", "a\u200bb", "\u0301" * 50),
    *("\x1b[2K\x1b[1A" + FORGED, "\x1b]0;zq\x07", "\x9b31m", "\x08" * 30 + FORGED, "a\r" + FORGED),
    *("a\n" + FORGED, "a\r\n" + FORGED, "a\u2028" + FORGED, "a\x85" + FORGED, "a\x1e" + FORGED),
    *("\ud800", "a\udfffb", "\udcff", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0010ffff", "\uffff"),
    *(MARK, f'"{MARK}', f"']]>{MARK}", "<!--", "]]>", "&#x3c;", "javascript:zq()", "{{7*7}}", "${7*7}"),
    *(
        "%",
        "%zz",
        "%00",
        "%0d%0a",
        "%ff",
        "%C0%AF",
        "%25" * 60,
        "..",
        "../" * 30,
        "..%2f" * 20,
        "//",
        "/?p=1",
    ),
    *("%s%n%d", "%(name)s", "{0.__class__}", "'; DROP TABLE views; --", "$(reboot)", "*", "?", "[", "a{0}b"),
    *("http://", "https://news.example:99999/a", "https://[::1", "//evil.example/a", "data:text/html,zq"),
    *(
        "https://news.example/a\nb",
        "https://news.example/?p=1&p=2",
        "https://u:p@news.example/a",
        "http:///a",
    ),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-00-00", "2026-02-30T00:00:00Z"),
    *("2026-02-21T17:09:00+99:99", "2026-02-21", "2026-02-21T24:00:00Z", "1e400", "0x10", "٣", "１２", "-0"),
    *("a" * 101, "a" * 201, "a" * 513, "é" * 300, "\U0001f600" * 600, "a" * 4_097, "%" * 4_096, "a," * 300),
)

VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63), 10**400),
    *([], {}, [[]], [None], [1, "a"], {"a": None}, {"": ""}, ["a"] * 200, {"$ref": "#"}, [{"site": "a"}]),
)

FRAGMENTS: tuple[str, ...] = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1", ".5", "1.", "0x1", "'a'", "undefined"),
    *(
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\u0000"',
        '"\\x41"',
        '"\\',
        '"a',
        "[",
        "{",
        "]",
        "}",
        ",",
        "",
        "tru",
    ),
    *('{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 2}}', "[1,]", '{"a": 1,}', "/* */ 1", "9" * 5_000, '"\n"'),
    *("[" * 3_000, '{"a":' * 2_000, "[" * 500 + "]" * 500, '"' + "\\u0041" * 700 + '"', "1" + "0" * 4_299),
)
"""JSON, and what is almost JSON, that no encoder writes."""

HEADER_VALUES: tuple[bytes, ...] = tuple(
    dict.fromkeys(
        [word.encode("utf-8", "surrogatepass") for word in WORDS]
        + [b"\xff\xfe", b"\x80" * 40, b"\xc0\xaf", b"a" * 8_000, b",", b";", b"=", b'"', b"\x00"]
    )
)

LENGTHS: tuple[bytes, ...] = (
    *(b"", b"-1", b"+1", b"1e3", b"0x10", b"1,1", b" 1", b"\xb2", b"a", b"00000000000000000001"),
    *(b"9" * 18, b"9" * 30, b"9" * 5_000, b"1\n1", b"18446744073709551616"),
)
"""What is told as the length of a body."""
