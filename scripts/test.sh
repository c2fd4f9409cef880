#!/usr/bin/env bash
# All tests; the pages' tests in a process of their own, since the browser driver runs its own loop.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

.venv/bin/python -m pytest -n 2 "$@"
if [[ -d tests/e2e ]]; then
  .venv/bin/python -m pytest tests/e2e
fi
