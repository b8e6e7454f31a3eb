"""The functions of docs/tokens.md, run as they stand there: every language makes the same tokens."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.token import token_of
from tests.programs import need
from tests.serving import run

PAGE = (Path(__file__).parents[2] / "docs" / "tokens.md").read_text()
CASES = [
    ("correct horse battery staple", "news.example", "123"),
    ("correct horse battery staple", "news.example", "/2026/02/21/advisers-leave"),
    ("sécret with ünicode, 'quotes' and \\n", "a-b.example", "caf%C3%A9"),
    ("k" * 100, "news.example", "café 'and' \"quotes\" \\0 \U0001f5de"),
    ("0123456789abcdef", "x", "/" + "a" * 199),
    *(("0123456789abcdef", "news.example", str(n)) for n in range(50)),
]
"""Secrets, sites and ids; among the tokens of many are some with - and _."""

ENDINGS = {
    "php": "<?php\n%s\nforeach (json_decode(stream_get_contents(STDIN)) as $c) "
    '{ echo groundswell_token($c[0], $c[1], $c[2]), "\\n"; }\n',
    "python": "%s\nimport json, sys\nfor c in json.load(sys.stdin):\n    print(groundswell_token(*c))\n",
    "javascript": "%s\nfor (const c of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) "
    "console.log(groundswellToken(...c));\n",
}


def snippet(language: str) -> str:
    """Return the one function of a language on the page."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("language", ENDINGS)
def test_the_function_of_the_page_makes_the_tokens_that_the_collector_takes(language: str, tmp_path: Path):
    program = {"php": "php", "javascript": "node"}.get(language)
    command = sys.executable if program is None else need(program)
    script = tmp_path / f"script.{ {'php': 'php', 'python': 'py', 'javascript': 'cjs'}[language] }"
    script.write_text(ENDINGS[language] % snippet(language), encoding="utf-8")

    ended = subprocess.run(
        [command, str(script)],
        input=json.dumps(CASES),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == [token_of(*case) for case in CASES]


def test_the_example_of_the_page_is_what_the_command_prints(tmp_path: Path):
    (tmp_path / "groundswell.toml").write_text(
        '[sites."news.example"]\ntoken_secret = "correct horse battery staple, the one of last year"\n'
    )

    ended = run("token", "--site", "news.example", "123", cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert PAGE.count(ended.stdout.strip()) == 3


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--site", "news.example", "123"], "token_secret"),
        (["--site", "other.example", "123"], "site"),
        (["--site", "secret.example", ""], "id"),
        (["--site", "secret.example", "a\nb"], "id"),
    ],
)
def test_a_token_that_cannot_be_made_is_one_line_that_names_why(
    arguments: list[str], named: str, tmp_path: Path
):
    (tmp_path / "groundswell.toml").write_text(
        '[sites."news.example"]\n[sites."secret.example"]\ntoken_secret = "correct horse battery staple"\n'
    )

    ended = run("token", *arguments, cwd=tmp_path)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"groundswell: {named}: ")
    assert ended.stderr.count("\n") == 1
