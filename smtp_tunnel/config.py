"""Read stunnel.conf into services ready to run, or refuse it with every problem at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from smtp_tunnel.conf import ConfigError, Line, ParsedConf, parse_conf
from smtp_tunnel.loading import load_service
from smtp_tunnel.options import OPTIONS, Option, Scope, Verdict
from smtp_tunnel.service import Service
from smtp_tunnel.values import Values, inline_comment

FREE_TEXT = {"service", "logid", "setuid", "setgid"}  # a «;» may belong to these values
DEBUG_LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


@dataclasses.dataclass(frozen=True, slots=True)
class TunnelConfig:
    """The whole file. `warnings` are sentences for the log: what is ignored, what is risky."""

    path: Path
    services: tuple[Service, ...]
    warnings: tuple[str, ...] = ()
    debug: int = 5  # syslog severity, 0 emerg … 7 debug
    output: Path | None = None  # None: stderr
    overwrite_output: bool = False
    drain: int = 30  # seconds that open letters get at SIGTERM
    max_connections: int = 0  # 0: no limit but the system's


def read_config(path: Path | str) -> TunnelConfig:
    """
    Read and judge the file with its includes; nothing is opened, resolved or bound.

    :raises ConfigError: with all problems found, each with file:line and what to write instead.
    """
    path = Path(path)
    parsed = parse_conf(path)
    problems, warnings = parsed.problems, list[str]()
    _judge_names(parsed, problems, warnings)
    if not parsed.sections:
        example = "[smtp]\nclient = yes\naccept = 127.0.0.1:2525\nconnect = smtp.yandex.ru:465"
        problems.append(f"{path}: нет ни одного раздела. Пример:\n{example}")
    services = [
        load_service(section, parsed.defaults, warnings, problems) for section in parsed.sections
    ]
    whole = Values(parsed.defaults, problems)
    config = TunnelConfig(
        path=path,
        services=tuple(service for service in services if service),
        warnings=tuple(dict.fromkeys(warnings)),
        debug=_debug(whole),
        output=_output(whole),
        overwrite_output=whole.choice("log", ("append", "overwrite"), "append") == "overwrite",
        drain=whole.number("!drain", 30),
        max_connections=whole.number("!maxConnections", 0),
    )
    _judge_whole_file(whole)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return config


def _judge_names(parsed: ParsedConf, problems: list[str], warnings: list[str]) -> None:
    for line in parsed.defaults:
        _judge_line(line, problems, warnings)
    for section in parsed.sections:
        for line in section.lines:
            option = OPTIONS.get(line.key)
            if option and option.scope is Scope.WHOLE_FILE:
                problems.append(
                    f"{line.where}: {line.name} относится ко всему файлу."
                    " Перенесите строку выше первого раздела"
                )
            else:
                _judge_line(line, problems, warnings)


def _judge_line(line: Line, problems: list[str], warnings: list[str]) -> None:
    option = OPTIONS.get(line.key)
    comment = None if line.key in FREE_TEXT else inline_comment(line)
    if option is None:
        problems.append(
            f"{line.where}: неизвестная настройка «{line.name.lstrip('!')}»."
            " Исправьте имя или уберите строку"
        )
    elif comment:
        problems.append(comment)
    elif option.verdict is Verdict.REFUSE:
        problems.append(_remark(line, option))
    elif option.verdict is Verdict.NOTE:
        warnings.append(_remark(line, option))


def _remark(line: Line, option: Option) -> str:
    return f"{line.where}: {option.name}: {option.remark}"


def _judge_whole_file(whole: Values) -> None:
    fips = whole.last("fips")
    if fips and fips.value.lower() != "no":
        whole.refuse(fips, "режим FIPS не поддерживается. Напишите no или уберите строку")


def _debug(whole: Values) -> int:
    """`debug = 5`, `debug = info`, `debug = daemon.notice`: severity only."""
    line = whole.last("debug")
    if line is None:
        return DEBUG_LEVELS.index("notice")
    level = line.value.rpartition(".")[2].lower()
    if level.isascii() and level.isdigit() and int(level) < len(DEBUG_LEVELS):
        return int(level)
    if level in DEBUG_LEVELS:
        return DEBUG_LEVELS.index(level)
    whole.refuse(line, f"«{line.value}» непонятно. Нужно число 0–7 или {', '.join(DEBUG_LEVELS)}")
    return DEBUG_LEVELS.index("notice")


def _output(whole: Values) -> Path | None:
    line = whole.last("output")
    if line is None or line.value in {"", "/dev/stderr", "/dev/stdout"}:
        return None
    path = Path(line.value)
    if not path.is_absolute():
        whole.refuse(
            line, f"нужен полный путь. Например: /var/log/{Path(line.value).name or 'stunnel.log'}"
        )
    elif not path.parent.is_dir():
        whole.refuse(line, f"нет папки «{path.parent}». Создайте её или исправьте путь")
    return path
