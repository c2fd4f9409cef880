#!/usr/bin/env bash
# Everything that judges the sources without running the tests. Needs no database.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

failed=()
step() {  # every check runs, so that one look shows everything
  local name="$1"
  shift
  printf '== %s\n' "$name"
  "$@" || failed+=("$name")
}

python=.venv/bin/python
# No server answers there: these checks must not touch anybody's database.
export ZHKH_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none

step "ruff: lint" .venv/bin/ruff check .
step "ruff: format" .venv/bin/ruff format --check .
step "import contracts" .venv/bin/lint-imports --no-logo
step "mypy" .venv/bin/mypy .
if [[ -n "$(find templates -name '*.html' -print -quit)" ]]; then
  step "djlint: lint" .venv/bin/djlint --lint templates
  step "djlint: format" .venv/bin/djlint --check templates
fi
step "migrations are complete" env DJANGO_SETTINGS_MODULE=zhkh.settings.test \
  "$python" -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
step "Django's checks" env DJANGO_SETTINGS_MODULE=zhkh.settings.test \
  "$python" -m django check --fail-level WARNING
step "Django's checks for production" env DJANGO_SETTINGS_MODULE=zhkh.settings.prod \
  ZHKH_SECRET_KEY="$("$python" -c 'import secrets; print(secrets.token_urlsafe(50))')" \
  ZHKH_FIELD_KEYS="$("$python" -c 'from cryptography.fernet import Fernet as F; print(F.generate_key().decode())')" \
  ZHKH_HOSTS=example.org \
  "$python" -m django check --deploy --fail-level WARNING
if [[ ${#failed[@]} -gt 0 ]]; then
  printf 'Не прошло: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "Все проверки прошли."
