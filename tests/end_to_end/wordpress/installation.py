"""The WordPress of Debian's packages on this machine: a database, an installation, and a web server."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import free_port
from tests.programs import need, need_folder
from tests.waiting import wait_until

PLUGIN = Path(__file__).parents[3] / "deploy/wordpress"
SOURCE = Path("/usr/share/wordpress")
CONTENT = "wp-content"

_CONFIG = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:%(socket)s' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'WP_HOME', '%(url)s' );
define( 'WP_SITEURL', '%(url)s' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '%(log)s' );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_DEFAULT_THEME', 'plain' );
define( 'AUTH_KEY', 'a' );
define( 'SECURE_AUTH_KEY', 'b' );
define( 'LOGGED_IN_KEY', 'c' );
define( 'NONCE_KEY', 'd' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require ABSPATH . 'wp-settings.php';
"""

# The web server of PHP answers what is no file with the front page, as a rewrite rule would.
_ROUTER = """<?php
$path = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( is_file( __DIR__ . $path ) ) {
	return false;
}
if ( is_file( __DIR__ . $path . '/index.php' ) && '/' !== $path ) {
	return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
"""

_THEME = """<?php wp_head();
while ( have_posts() ) {
	the_post();
	the_title( '<h1>', '</h1>' );
	the_content();
}
wp_footer();
"""

_INSTALL = """
define( 'WP_INSTALLING', true );
require '%(root)s/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'News', 'editor', 'editor@news.example', true, '', 'a-password' );
require_once ABSPATH . 'wp-admin/includes/plugin.php';
activate_plugin( 'groundswell/groundswell.php' );
"""

_LOADED = """
$_SERVER += array( 'HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/' );
require '%(root)s/wp-load.php';
echo wp_json_encode( ( function () {
%(code)s
} )() );
"""


@dataclass
class WordPressSite:
    """An installed WordPress that is served."""

    root: Path
    url: str
    log: Path
    """Where PHP complains."""
    cache: Path
    """Where PHP keeps what it has compiled."""

    async def php(self, code: str) -> Any:
        """Run PHP within WordPress and return what the code returns, by way of JSON."""
        text = _LOADED % {"root": self.root, "code": code}
        process = await asyncio.create_subprocess_exec(
            *_php(self.cache), "-r", text, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, (out + err).decode()
        return json.loads(out)

    async def cron(self) -> None:
        """Do what wp-cron would do now, whatever time it was put off to."""
        await self.php("wp_clear_scheduled_hook('groundswell_send'); do_action('groundswell_send');")

    def complaints(self) -> list[str]:
        """Return what PHP complained about in the plugin; WordPress 6.1 itself is older than PHP 8.2."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if "groundswell" in line]


@contextmanager
def wordpress_site(folder: Path) -> Iterator[WordPressSite]:
    """Install WordPress into a folder, with the plugin as it is zipped, and serve it."""
    need("php")
    need("mariadbd")
    need_folder(SOURCE, "wordpress")
    port = free_port()
    root, url, socket = folder / "wordpress", f"http://127.0.0.1:{port}", folder / "db.sock"
    _unpack(root)
    site = WordPressSite(root, url, folder / "php.log", folder / "compiled")
    site.cache.mkdir()
    values = {"root": root, "url": url, "socket": socket, "log": site.log}
    (root / "wp-config.php").write_text(_CONFIG % values)
    (root / "router.php").write_text(_ROUTER)
    with _database(folder, socket):
        subprocess.run([*_php(), "-r", _INSTALL % values], check=True, capture_output=True, timeout=120)
        server = subprocess.Popen(
            [*_php(), "-S", f"127.0.0.1:{port}", "-t", str(root), str(root / "router.php")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PHP_CLI_SERVER_WORKERS": "3"},
            start_new_session=True,
        )
        try:
            yield site
        finally:
            # Its workers do not end with it.
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def _php(cache: Path | None = None) -> list[str]:
    options = ["display_errors=stderr", "error_reporting=-1", "log_errors=0"]
    if cache is not None:
        options += ["opcache.enable_cli=1", f"opcache.file_cache={cache}", "opcache.file_cache_only=1"]
    return [need("php"), *(part for option in options for part in ("-d", option))]


def _unpack(root: Path) -> None:
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns("wp-config.php", CONTENT))
    theme = root / CONTENT / "themes/plain"
    theme.mkdir(parents=True)
    (theme / "style.css").write_text("/* Theme Name: plain */")
    (theme / "index.php").write_text(_THEME)
    plugin = root.parent / "groundswell.zip"
    subprocess.run([sys.executable, str(PLUGIN / "build.py"), str(plugin)], check=True)
    shutil.unpack_archive(plugin, root / CONTENT / "plugins")


@contextmanager
def _database(folder: Path, socket: Path) -> Iterator[None]:
    data = folder / "db"
    user = ["--user=root"] if os.geteuid() == 0 else []
    # When one begins it takes away the temporary tables of all who share its folder for them.
    own = {**os.environ, "TMPDIR": str(folder)}
    subprocess.run(
        [
            *(need("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db"),
            *("--auth-root-authentication-method=normal", *user),
        ],
        check=True,
        capture_output=True,
        timeout=120,
        env=own,
    )
    server = subprocess.Popen(
        [
            *(
                need("mariadbd"),
                "--no-defaults",
                f"--datadir={data}",
                f"--socket={socket}",
                "--skip-networking",
            ),
            *(f"--pid-file={folder / 'db.pid'}", "--innodb-flush-log-at-trx-commit=0", *user),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=own,
    )
    try:
        asyncio.run(wait_until(socket.exists, "the database is there", seconds=60))
        made = (
            "mysqli_query(mysqli_connect('localhost', 'root', '', '', 0, '%s'), 'CREATE DATABASE wordpress');"
        )
        subprocess.run([*_php(), "-r", made % socket], check=True, capture_output=True, timeout=60)
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)
