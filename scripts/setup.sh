#!/usr/bin/env bash
# Prepare this checkout: system libraries, .venv, the program itself. Safe to repeat.
#   scripts/setup.sh          everything, the browser of the page tests too
#   scripts/setup.sh program  only what running the program needs
# PYTHON=/path/to/python3 names an interpreter; ZHKH_NO_APT=1 keeps the system as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

what="${1:-everything}"
stamp=".venv/.ready-$what"

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 3; }

main() {
  local wanted
  wanted="$(fingerprint)"
  if [[ -f $stamp && "$(<"$stamp")" == "$wanted" ]] && .venv/bin/python -c '' 2>/dev/null; then
    return 0
  fi
  if command -v flock >/dev/null; then  # two at once would spoil each other's .venv
    exec 9< scripts/setup.sh
    flock 9
  fi
  install_system_packages
  make_environment
  install_requirements
  compile_translations
  check_document_libraries
  printf '%s\n' "$wanted" > "$stamp"
  if [[ $what == everything ]]; then printf '%s\n' "$wanted" > .venv/.ready-program; fi
  say "Готово: .venv/bin/zhkh работает из любой папки."
}

# What the environment is made of; the folder too, because .venv does not survive a move.
fingerprint() {
  {
    pwd
    cat requirements/dev.txt pyproject.toml scripts/setup.sh
    find locale -name '*.po' -exec cat {} + 2>/dev/null || true
  } | sha256sum | cut -d' ' -f1
}

find_python() {
  local name
  for name in "${PYTHON:-python3}" python3 python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return 0
    fi
  done
  stop "Нужен Python 3.11 или новее: поставьте его (Debian: apt-get install python3 python3-venv)" \
    "или назовите в переменной PYTHON."
}

has_library() {  # the list is taken whole: a pipe cut short by grep -q would count as a failure
  local known
  known="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)"
  [[ $known == *"$1"* ]]
}

missing_packages() {
  local python
  python="$(find_python)"
  has_library libpango-1.0.so || echo libpango-1.0-0
  has_library libpangoft2-1.0.so || echo libpangoft2-1.0-0
  has_library libharfbuzz-subset.so || echo libharfbuzz-subset0
  if [[ ! -x .venv/bin/python ]] && ! "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
  fi
  if compgen -G 'locale/*/LC_MESSAGES/*.po' >/dev/null && ! command -v msgfmt >/dev/null; then
    echo gettext
  fi
  if [[ $what == everything ]]; then
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
    command -v pdftoppm >/dev/null || echo poppler-utils
    command -v qpdf >/dev/null || echo qpdf
  fi
}

install_system_packages() {
  local missing as_root=()
  [[ "$(uname -s)" == Linux ]] || return 0
  find_python >/dev/null
  mapfile -t missing < <(missing_packages)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ -n "${ZHKH_NO_APT:-}" ]] || ! command -v apt-get >/dev/null; then
    say "Не хватает системных пакетов (названия Debian): ${missing[*]}. Поставьте их сами."
    return 0
  fi
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || { say "Попросите администратора поставить: ${missing[*]}."; return 0; }
    as_root=(sudo)
    [[ -t 0 ]] || as_root=(sudo -n)
  fi
  say "Ставлю системные пакеты: ${missing[*]}"
  { "${as_root[@]}" apt-get update -qq \
    && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 </dev/null \
    || say "Поставить не удалось: проверьте сеть и права и поставьте сами: ${missing[*]}."
}

make_environment() {
  local python here
  python="$(find_python)"
  here="$(pwd)"
  if .venv/bin/python -c 'import pip' 2>/dev/null \
    && [[ "$(.venv/bin/python -c 'import sys; print(sys.prefix)')" == "$here/.venv" ]] \
    && head -c 4096 .venv/bin/pip | grep -qF "$here/.venv/"; then
    return 0
  fi
  rm -rf .venv
  "$python" -m venv .venv \
    || stop "Не удалось создать .venv: поставьте пакет python3-venv и проверьте место на диске."
}

install_requirements() {
  say "Ставлю пакеты Python (несколько минут в первый раз)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes -r requirements/dev.txt \
    || stop "Пакеты Python не поставились: проверьте сеть и место на диске и повторите make setup."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --no-build-isolation --no-deps --editable . \
    || stop "Не удалось поставить саму программу в .venv: удалите .venv и повторите make setup."
}

compile_translations() {
  compgen -G 'locale/*/LC_MESSAGES/*.po' >/dev/null || return 0
  .venv/bin/django-admin compilemessages --verbosity 0 --ignore .venv --ignore var \
    || stop "Переводы не собрались: исправьте файл .po, названный выше."
}

check_document_libraries() {
  .venv/bin/python -c 'import weasyprint' 2>/dev/null \
    || stop "Не хватает библиотек вёрстки документов: поставьте Pango и HarfBuzz (Debian:" \
      "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango)."
}

main
