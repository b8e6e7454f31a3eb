"""The units of deploy/systemd are real ones, and closed, as far as systemd says so without running them."""

import re
import subprocess
from pathlib import Path

import pytest
import typer

from services.cli.main import app, register
from shared.credentials import SECRETS
from shared.settings import load
from tests.programs import need
from tests.serving import GROUNDSWELL

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
INSTALLED = "/opt/groundswell/bin/groundswell"
EXPOSURE = 20
"""Tenths that `systemd-analyze security` may say at most, of 100; beneath 20 it is as good as it gets."""

KINDS = {".service", ".socket", ".target", ".timer"}
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
COMMANDS = re.findall(
    rf"{INSTALLED} (\S+) (--config .*--management-port .*)$",
    "\n".join((UNITS / name).read_text() for name in SERVICES),
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they would be installed, with a program that is there."""
    directory = tmp_path_factory.mktemp("units")
    for path in UNITS.rglob("*"):
        if path.is_file():
            to = directory / path.relative_to(UNITS)
            to.parent.mkdir(exist_ok=True)
            to.write_text(path.read_text().replace(INSTALLED, str(GROUNDSWELL)))
    return directory


def _analyze(units: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [need("systemd-analyze"), *arguments],
        # The colon at the end is for those of the system.
        env={"SYSTEMD_UNIT_PATH": f"{units}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_systemd_finds_nothing_wrong_with_any_unit(units: Path):
    names = [path.name for path in units.iterdir() if path.suffix in KINDS]
    paths = [str(units / name.replace("@.", "@1.")) for name in names]

    told = _analyze(units, "verify", "--man=no", *paths)

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert {"groundswell.target", "groundswell-web@.service", "groundswell-web.socket"} <= set(names)


def test_a_unit_that_is_wrong_is_found(units: Path):
    wrong = units / "groundswell-wrong.service"
    wrong.write_text((units / "groundswell-ranker.service").read_text() + "NoNewPriviliges=yes\n")

    told = _analyze(units, "verify", "--man=no", str(wrong))

    wrong.unlink()
    assert "Unknown key 'NoNewPriviliges'" in told.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_is_broken_into_can_do_little(name: str, units: Path):
    unit = str(units / name.replace("@.", "@1."))

    told = _analyze(units, "security", "--offline=true", f"--threshold={EXPOSURE}", unit)

    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(("name", "flags"), COMMANDS)
def test_each_command_is_a_real_one_with_real_flags_and_a_port_of_its_own(name: str, flags: str):
    register([name])
    group = typer.main.get_command(app)
    given = flags.replace("%i", "1").split()

    with group.make_context("groundswell", [name, *given]) as context:
        chosen = group.get_command(context, name)
        assert chosen is not None
        values = chosen.make_context(name, given).params

    assert values["config"] == "/etc/groundswell/groundswell.toml"
    assert f"127.0.0.1:{values['management_port']}" in (UNITS / "targets.json").read_text()


def test_every_process_of_serve_has_a_unit():
    assert [name for name, _ in COMMANDS] == ["counter", "desk", "ranker", "web"]


def test_the_settings_that_come_with_them_are_real_ones():
    settings = load(toml=UNITS / "groundswell.toml")

    assert list(settings.sites) == ["news.example"]
    assert settings.data_dir == Path("/var/lib/groundswell")


def test_what_they_have_in_common_overrides_nothing_that_a_unit_says():
    common = _keys("groundswell-.service.d/common.conf")

    for name in SERVICES:
        assert _keys(name) & common <= {"LoadCredential", "StateDirectory"}, name


def test_what_is_to_last_is_watched_and_begun_again_for_ever():
    for name in ("web@", "counter", "ranker", "desk"):
        lines = (UNITS / f"groundswell-{name}.service").read_text().splitlines()
        assert {"Type=notify", "WatchdogSec=30", "Restart=always", "StartLimitIntervalSec=0"} <= set(lines)


def test_each_service_is_given_those_secrets_alone_that_it_needs():
    given = {
        name: set(re.findall("^LoadCredential=([a-z_]+):", _with_common(name), re.MULTILINE))
        for name in SERVICES
    }

    assert set().union(*given.values()) == set(SECRETS)
    assert given["groundswell-web@.service"] == {"redis_url", "batch_key", "newsroom_key"}
    assert given["groundswell-desk.service"] == {"redis_url", "desk_key"}
    assert given["groundswell-counter.service"] == {"redis_url"}


def test_the_target_wants_what_there_is_and_a_second_web_process():
    target = (UNITS / "groundswell.target").read_text()
    wanted = {name for line in re.findall("^Wants=(.*)$", target, re.MULTILINE) for name in line.split()}

    started_by_timers = {"groundswell-backup.service", "groundswell-rewrite.service"}
    there = {path.name for path in UNITS.glob("groundswell-*") if path.suffix in KINDS}
    assert {re.sub("@[12]", "@", name) for name in wanted} == there - started_by_timers
    assert {"groundswell-web@1.service", "groundswell-web@2.service"} <= wanted


def _keys(name: str) -> set[str]:
    """Return what a unit sets; LoadCredential and StateDirectory add up over its files, others do not."""
    return set(re.findall(r"^(\w+)=", (UNITS / name).read_text(), re.MULTILINE))


def _with_common(name: str) -> str:
    return (UNITS / name).read_text() + (UNITS / "groundswell-.service.d" / "common.conf").read_text()
