"""Print what Prometheus is to ask of a running `groundswell serve`, as a file for its file_sd.

    python deploy/prometheus/targets.py DATA_DIR > TARGETS

The management ports of `serve` are free ones, and others after each start:
run this again then. Prometheus reads TARGETS again by itself. It ends with 1
and a line on stderr when nothing is known to run on DATA_DIR.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FILE = "serve.json"


def targets(management: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the groups of targets of file_sd for the management address of each process."""
    return [
        {"targets": [urlsplit(address).netloc], "labels": {"process": process}}
        for process, address in management.items()
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Print a running serve as targets of Prometheus.")
    parser.add_argument("data_dir", metavar="DATA_DIR", type=Path)
    file = parser.parse_args(arguments).data_dir / FILE
    try:
        management = json.loads(file.read_text())["management"]
    except FileNotFoundError:
        sys.exit(f"{file} is not there: nothing runs on this data directory")
    sys.stdout.write(json.dumps(targets(management), indent=2) + "\n")


if __name__ == "__main__":
    main()
