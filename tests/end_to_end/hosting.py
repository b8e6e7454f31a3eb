"""A site that is not ours: pages as a newsroom writes them, of another origin, with the headers it wants."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from shared.service import bind

PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>A page of another site</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
{body}
</body>
</html>"""


class Site:
    """What is served, by path. A path without anything is a 404."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.asked: list[str] = []
        """The path and query of every request, in order."""
        self._files: dict[str, tuple[bytes, Mapping[str, str]]] = {}

    def page(
        self,
        body: str,
        *,
        head: str = "",
        lang: str = "en",
        direction: str = "ltr",
        path: str = "/",
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Put a page at a path, and return its address."""
        html = PAGE.format(body=body, head=head, lang=lang, dir=direction)
        return self.file(path, html.encode(), {"content-type": "text/html; charset=utf-8", **(headers or {})})

    def file(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> str:
        """Put anything at a path, and return its address."""
        self._files[path] = (body, headers or {})
        return self.url + path

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one request of a connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("latin-1")
            self.asked.append(target)
            found = self._files.get(urlsplit(target).path)
            status = HTTPStatus.NOT_FOUND if found is None else HTTPStatus.OK
            body, headers = found or (b"", {})
            lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"content-length: {len(body)}"]
            lines += ["connection: close", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def hosting() -> AsyncIterator[Site]:
    """Serve a site on a free port, under a name of its own."""
    listening = bind("127.0.0.1", 0)
    site = Site(listening.getsockname()[1])
    server = await asyncio.start_server(site.answer, sock=listening)
    async with server:
        yield site
