"""Typed access to the lines of one section; every bad value becomes a sentence with its line."""

from __future__ import annotations

import re
from pathlib import Path

from smtp_tunnel.address import Address, AddressError, parse_address
from smtp_tunnel.conf import Line

INLINE_COMMENT = re.compile(r"\s[;#]")
LARGEST_NUMBER = 2**31 - 1


class Values:
    """Values of one section over the defaults. Repeated options: the last line wins."""

    def __init__(self, lines: list[Line], problems: list[str]) -> None:
        self._lines = lines
        self.problems = problems

    def refuse(self, line: Line, what: str) -> None:
        """Not a second time when a comment in the value is to blame (told by config.py)."""
        if inline_comment(line) is None:
            self.problems.append(f"{line.where}: {line.name}: {what}")

    def every(self, name: str) -> list[Line]:
        return [line for line in self._lines if line.key == name.lower()]

    def last(self, name: str) -> Line | None:
        lines = self.every(name)
        return lines[-1] if lines else None

    def text(self, name: str, default: str = "") -> str:
        line = self.last(name)
        return line.value if line else default

    def yes(self, name: str, *, default: bool) -> bool:
        line = self.last(name)
        if line is None:
            return default
        if line.value.lower() not in {"yes", "no"}:
            self.refuse(line, f"«{line.value}» непонятно. Напишите yes или no")
            return default
        return line.value.lower() == "yes"

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        line = self.last(name)
        if line is None:
            return default
        value = line.value
        ok = value.isascii() and value.isdigit() and len(value) <= 10
        if not ok or not least <= int(value) <= LARGEST_NUMBER:
            self.refuse(line, f"«{value}» не подходит. Нужно целое число от {least}")
            return default
        return int(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        line = self.last(name)
        if line is None:
            return default
        if line.value.lower() not in allowed:
            self.refuse(line, f"«{line.value}» не поддерживается. Можно: {', '.join(allowed)}")
            return default
        return line.value.lower()

    def file(self, name: str, *, folder: bool = False) -> Path | None:
        line = self.last(name)
        if line is None or not line.value:
            return None
        path = Path(line.value)
        if not (path.is_dir() if folder else path.is_file()):
            what = "папки" if folder else "файла"
            self.refuse(line, f"нет {what} «{path}». Исправьте путь или уберите строку")
        return path

    def address(self, line: Line, *, default_host: str) -> Address | None:
        try:
            return parse_address(line.value, default_host=default_host)
        except AddressError as error:
            self.refuse(line, str(error))
            return None


def inline_comment(line: Line) -> str | None:
    """A sentence when the value seems to carry a comment, which the format does not have."""
    found = INLINE_COMMENT.search(line.value)
    if found is None:
        return None
    value = line.value[: found.start()].strip()
    return (
        f"{line.where}: {line.name}: комментарий в конце строки стал частью значения."
        f" Оставьте «{line.name} = {value}», комментарий перенесите на отдельную строку"
    )
