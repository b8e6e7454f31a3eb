"""Ask a service of this container whether it can do its work; the exit status says, and the answer why not.

python -I healthy.py http://127.0.0.1:9000/readyz
"""

import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit


def main(address: str) -> int:
    """Return 0 when the address is answered 200, else 1."""
    at = urlsplit(address)
    connection = HTTPConnection(at.hostname or "127.0.0.1", at.port, timeout=3)
    try:
        connection.request("GET", at.path)
        answer = connection.getresponse()
        sys.stdout.write(answer.read(2_000).decode(errors="replace"))
    except (OSError, HTTPException) as error:
        sys.stdout.write(f"{address} does not answer: {error}\n")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
