"""The stunnel.conf file format: lines, sections, includes. Meaning is given in `service.py`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

LONGEST_LINE = 16 * 1024
DEEPEST_INCLUDE = 8


class ConfigError(Exception):
    """
    A configuration that must not run.

    `problems` holds one Russian sentence per problem, each beginning with file:line.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """`name = value` as written; own directives (`;! name = value`) get a `!` before the name."""

    where: str
    name: str
    value: str

    @property
    def key(self) -> str:
        return self.name.lower()


@dataclasses.dataclass(slots=True)
class Section:
    name: str
    where: str
    lines: list[Line] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class ParsedConf:
    """Everything the file says, in its order; nothing is judged yet."""

    defaults: list[Line] = dataclasses.field(default_factory=list)
    sections: list[Section] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)


def parse_conf(path: Path) -> ParsedConf:
    """
    Read the file and its includes; format errors are collected in `problems`.

    :raises ConfigError: the file itself cannot be read.
    """
    parsed = ParsedConf()
    try:
        text = _decode(path.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        raise ConfigError([f"{path}: файл настроек не читается ({why}). Проверьте путь"]) from None
    _read_text(parsed, text, path, depth=0)
    return parsed


def _decode(raw: bytes) -> str:
    """UTF-8 with or without BOM; files written in Russian Windows are CP1251."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1251", errors="replace")


def _read_text(parsed: ParsedConf, text: str, path: Path, depth: int) -> None:
    for number, raw in enumerate(text.split("\n"), start=1):
        where = f"{path}:{number}"
        if len(raw.encode()) > LONGEST_LINE:
            parsed.problems.append(f"{where}: строка длиннее 16 КиБ. Разделите её")
            continue
        content = raw.strip(" \t\r\v\f\0")
        if content.startswith(";!"):
            _read_directive(parsed, content[2:], where)
        elif content and content[0] not in ";#":
            _read_content(parsed, content, path, where, depth)


def _read_directive(parsed: ParsedConf, content: str, where: str) -> None:
    name, equals, value = content.partition("=")
    if not equals:
        problem = f"{where}: после «;!» ожидается «имя = значение»"
        parsed.problems.append(f"{problem}. Для обычного комментария уберите «!»")
        return
    _add(parsed, Line(where, "!" + name.strip(), value.strip()))


def _read_content(parsed: ParsedConf, content: str, path: Path, where: str, depth: int) -> None:
    if content.startswith("["):
        _open_section(parsed, content, where)
        return
    name, equals, value = content.partition("=")
    if not equals:
        problem = f"{where}: в строке «{content}» нет знака «=»"
        parsed.problems.append(f"{problem}. Пишите «имя = значение», комментарий начинайте с «;»")
        return
    line = Line(where, name.strip(), value.strip())
    if line.key == "include":
        _include(parsed, path.parent / line.value, where, depth)
    else:
        _add(parsed, line)


def _open_section(parsed: ParsedConf, content: str, where: str) -> None:
    if not content.endswith("]"):
        problem = f"{where}: имя раздела «{content}» не закрыто"
        parsed.problems.append(f"{problem}. Добавьте «]» в конец строки")
        return
    name = content[1:-1].strip()
    if any(section.name == name for section in parsed.sections):
        problem = f"{where}: раздел [{name}] уже есть"
        parsed.problems.append(f"{problem}. Дайте разделам разные имена")
    parsed.sections.append(Section(name, where))


def _add(parsed: ParsedConf, line: Line) -> None:
    lines = parsed.sections[-1].lines if parsed.sections else parsed.defaults
    lines.append(line)


def _include(parsed: ParsedConf, folder: Path, where: str, depth: int) -> None:
    if depth >= DEEPEST_INCLUDE:
        parsed.problems.append(f"{where}: папки include вложены глубже {DEEPEST_INCLUDE}")
        return
    try:
        texts = [
            (file, _decode(file.read_bytes()))
            for file in sorted(folder.iterdir())
            if file.is_file()
        ]
    except OSError as error:
        why = error.strerror or str(error)
        problem = f"{where}: папка include «{folder}» не читается ({why})"
        parsed.problems.append(f"{problem}. Проверьте путь или уберите строку")
        return
    for file, text in texts:
        _read_text(parsed, text, file, depth + 1)
