#!/bin/sh
# Print a Python that can build the environment, or say in one line what is missing.
# PYTHON names one to try first.
set -eu

old=""
bare=""
for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    found=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        old="$found"
    elif ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        bare="$found"
    else
        echo "$candidate"
        exit 0
    fi
done

if [ -n "$bare" ]; then
    echo "Python $bare lacks venv. On Debian and Ubuntu: apt-get install python$bare-venv" >&2
elif [ -n "$old" ]; then
    echo "Python 3.11 or later is needed; here is $old. Install one, and name it: make PYTHON=/path/to/python3" >&2
else
    echo "Python 3.11 or later is needed. On Debian and Ubuntu: apt-get install python3 python3-venv" >&2
fi
exit 1
