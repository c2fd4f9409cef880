"""What is wrong with a scenario: every problem says where, what, and what was expected."""

import dataclasses
import json
import re
from collections.abc import Iterable

from zhkh.kernel.refusal import Refusal

Place = tuple[str | int, ...]

_BREAKS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
)  # would end the line or spoil the terminal
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """`place` is the way from the top of the document: ("houses", 0, "accounts", 1, "area")."""

    place: Place
    wrong: str
    expected: str

    @property
    def path(self) -> str:
        """As people read it: `houses[0].accounts[1].area`; the whole document is `document`."""
        text = ""
        for step in self.place:
            if isinstance(step, int):
                text += f"[{step}]"
            elif _PLAIN_KEY.fullmatch(step):
                text += f".{step}" if text else step
            else:
                text += f"[{shown(step)}]"
        return text or "document"

    def __str__(self) -> str:
        text = f"{self.path}: {self.wrong}: {self.expected}"
        return _BREAKS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


class ScenarioProblems(Refusal):
    """The document cannot be calculated; carries every problem, in document order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def shown(value: object) -> str:
    """A value inside a sentence: one line, printable on any terminal, not longer than 60 signs."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= 60 else text[:59] + "…"
