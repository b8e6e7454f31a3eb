"""Write the configuration of Alertmanager, which takes nothing from its environment, out of this one's.

    python alerts.py FILE

Alerts go by mail to EMAIL once ALERT_SMTP (host:port) is set, with ALERT_FROM,
ALERT_USER and ALERT_PASSWORD as that server wants them, and to ALERT_WEBHOOK.
Without either they are shown and sent nowhere, which is said.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

READER = 65_534
"""The user that Alertmanager runs as."""


def configuration(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration for variables, of which EMAIL alone must be there."""
    receiver: dict[str, Any] = {"name": "on-call"}
    if given.get("ALERT_SMTP"):
        server = given["ALERT_SMTP"]
        mail = {
            "to": given["EMAIL"],
            "from": given.get("ALERT_FROM") or given["EMAIL"],
            "smarthost": server if ":" in server else f"{server}:587",
            "send_resolved": True,
        }
        if given.get("ALERT_USER"):
            mail |= {"auth_username": given["ALERT_USER"], "auth_password": given.get("ALERT_PASSWORD", "")}
        receiver["email_configs"] = [mail]
    if given.get("ALERT_WEBHOOK"):
        receiver["webhook_configs"] = [{"url": given["ALERT_WEBHOOK"], "send_resolved": True}]
    return {
        "route": {
            "receiver": receiver["name"],
            "group_by": ["alertname"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": [{"matchers": ['severity="critical"'], "repeat_interval": "2h"}],
        },
        "receivers": [receiver],
    }


def main() -> None:
    """Run the command."""
    path = Path(sys.argv[1])
    made = configuration(os.environ)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        # Every JSON is a YAML.
        json.dump(made, file, indent=2)
    if os.geteuid() == 0:
        os.chown(new, READER, READER)
    new.replace(path)
    ways = {"email_configs": "mail", "webhook_configs": "a webhook"}
    used = [words for name, words in ways.items() if name in made["receivers"][0]]
    told = f"sent by {' and '.join(used)}" if used else "sent nowhere; set ALERT_SMTP or ALERT_WEBHOOK"
    sys.stdout.write(f"Alerts are shown by Alertmanager and Grafana, and {told}.\n")


if __name__ == "__main__":
    main()
