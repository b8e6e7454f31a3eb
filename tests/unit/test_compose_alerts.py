"""What the compose file has Alertmanager do: by mail, by a webhook, or to be looked at alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.composing import ROOT
from tests.programs import need

SCRIPT = ROOT / "deploy" / "compose" / "alerts.py"
MAIL = {"ALERT_SMTP": "smtp.news.example:587", "ALERT_USER": "alerts", "ALERT_PASSWORD": "a: \"b' $c"}
HOOK = {"ALERT_WEBHOOK": "https://chat.news.example/hook?key=1"}


def written(folder: Path, given: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Return the configuration after Alertmanager's own program has found it to be one, and what was told."""
    file = folder / "alertmanager.yml"
    told = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)],
        env={"EMAIL": "it@news.example", **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    subprocess.run([need("amtool"), "check-config", str(file)], check=True, capture_output=True)
    assert file.stat().st_mode & 0o777 == 0o400
    return dict(json.loads(file.read_text())), told


@pytest.mark.parametrize(
    ("given", "ways", "says"),
    [
        ({}, set(), "sent nowhere; set ALERT_SMTP or ALERT_WEBHOOK"),
        (MAIL, {"email_configs"}, "sent by mail."),
        (HOOK, {"webhook_configs"}, "sent by a webhook."),
        ({**MAIL, **HOOK}, {"email_configs", "webhook_configs"}, "sent by mail and a webhook."),
    ],
)
def test_alerts_go_where_the_variables_say(tmp_path: Path, given: dict[str, str], ways: set[str], says: str):
    made, told = written(tmp_path, given)
    (receiver,) = made["receivers"]

    assert set(receiver) - {"name"} == ways
    assert says in told


def test_mail_goes_to_the_one_who_runs_it_with_the_words_of_its_server(tmp_path: Path):
    made, _ = written(tmp_path, MAIL)
    (mail,) = made["receivers"][0]["email_configs"]

    assert (mail["to"], mail["from"]) == ("it@news.example", "it@news.example")
    assert (mail["auth_username"], mail["auth_password"]) == ("alerts", MAIL["ALERT_PASSWORD"])


def test_a_server_of_mail_without_a_port_has_the_usual_one(tmp_path: Path):
    made, _ = written(tmp_path, {"ALERT_SMTP": "smtp.news.example", "ALERT_FROM": "no-reply@news.example"})
    (mail,) = made["receivers"][0]["email_configs"]

    assert mail["smarthost"] == "smtp.news.example:587"
    assert mail["from"] == "no-reply@news.example"
    assert "auth_username" not in mail


def test_it_is_written_anew_at_every_start(tmp_path: Path):
    written(tmp_path, MAIL)
    made, _ = written(tmp_path, {})

    assert made["receivers"] == [{"name": "on-call"}]
