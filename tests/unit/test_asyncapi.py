"""The document of the streams is the one the code makes."""

import json
from pathlib import Path

from services.counter.asyncapi import document


def test_the_document_in_docs_is_the_one_the_code_makes():
    written = Path(__file__).parents[2] / "docs" / "asyncapi.json"

    assert json.loads(written.read_text()) == document(), (
        "python -m services.counter.asyncapi > docs/asyncapi.json"
    )
