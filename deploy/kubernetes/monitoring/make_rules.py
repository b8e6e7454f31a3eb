"""Print the rules of deploy/prometheus as an object for the Prometheus Operator.

    python3 deploy/kubernetes/monitoring/make_rules.py > rules.yaml

deploy/prometheus/rules stays where they are written; rules.yaml beside this
file is what this prints, and a test holds the two together.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

RULES = Path(__file__).parents[2] / "prometheus" / "rules"
HEAD = """\
# Made of deploy/prometheus/rules by make_rules.py; change them there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: groundswell
  labels: {app.kubernetes.io/name: groundswell}
spec:
  groups:
"""


def groups(text: str) -> list[str]:
    """Return the lines of the groups of a file of rules, comments included. Raises ValueError without any."""
    lines = text.splitlines()
    return lines[lines.index("groups:") + 1 :]


def document(texts: Iterable[str]) -> str:
    """Return the object for these files of rules."""
    lines = [line for text in texts for line in groups(text)]
    return HEAD + "".join(f"  {line}\n" if line else "\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(document(path.read_text() for path in sorted(RULES.glob("*.yml"))))
