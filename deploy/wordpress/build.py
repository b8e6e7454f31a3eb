"""Make groundswell.zip, which WordPress installs: the same files make the same bytes.

python deploy/wordpress/build.py dist/groundswell.zip
"""

import sys
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

HERE = Path(__file__).parent
LICENSE = HERE.parent.parent / "LICENSE"
NAME = "groundswell"

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE = 0o100644 << 16


def build(target: Path) -> None:
    """Write the zip; its folder is there afterwards."""
    files = {path.relative_to(HERE).as_posix(): path for path in (HERE / NAME).rglob("*") if path.is_file()}
    files[f"{NAME}/LICENSE"] = LICENSE
    target.parent.mkdir(parents=True, exist_ok=True)
    # Stored, for what deflate makes differs from one zlib to the next.
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, path in sorted(files.items()):
            entry = ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = _UNIX, _FILE
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    build(Path(sys.argv[1]))
