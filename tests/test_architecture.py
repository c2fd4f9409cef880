"""What the linters cannot see: read the sources and say where they sin."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ["accounts_registry", "charges", "payment_docs", "mailing", "cashdesk"]
PACKAGES = ["zhkh", *APPS, "smtp_tunnel", "scripts"]
MONEY = (
    "zhkh/kernel",
    "charges/calc",
    "accounts_registry/ledger",
    "cashdesk",
    "charges/corrections",
)
ROUNDING = "zhkh/kernel/money.py"
CLOCK = {"now", "today", "utcnow"}
CLOCK_WHEN_BARE = {"localdate", "localtime"}  # with an argument they only convert it
EDGES = (
    "cashdesk/views",
    "cashdesk/tasks",
    "cashdesk/management",
    "charges/corrections/tasks",
    "charges/corrections/views",
)  # time comes in here
LONGEST_FUNCTION = 50
LONGEST_FILE = 400


def sources() -> Iterator[tuple[str, str]]:
    """Path from the root and text of every module but tests and migrations."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(ROOT).as_posix(), file.read_text()


def sins(path: str, source: str) -> list[str]:
    tree = ast.parse(source)
    found = [*_too_long(source, tree)]
    if path.startswith(tuple(f"{package}/" for package in MONEY)):
        found += [sin for node in ast.walk(tree) for sin in _against_money(path, node)]
    return [f"{path}:{sin}" for sin in found]


def _too_long(source: str, tree: ast.Module) -> Iterator[str]:
    if len(source.splitlines()) > LONGEST_FILE:
        yield f"1: file of more than {LONGEST_FILE} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION:
                yield f"{node.lineno}: {node.name} of more than {LONGEST_FUNCTION} lines"


def _against_money(path: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield f"{node.lineno}: float {node.value}"
    if not isinstance(node, ast.Call):
        return
    clock = _clock(path, node)
    if isinstance(node.func, ast.Name) and node.func.id in {"float", "round"} | clock:
        yield f"{node.lineno}: {node.func.id}()"
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in clock:
            yield f"{node.lineno}: .{node.func.attr}()"
        if node.func.attr == "quantize" and path != ROUNDING:
            yield f"{node.lineno}: .quantize()"


def _clock(path: str, call: ast.Call) -> set[str]:
    if path.startswith(EDGES):
        return set()
    return CLOCK if call.args else CLOCK | CLOCK_WHEN_BARE


def test_sources_keep_the_rules() -> None:
    assert [sin for path, source in sources() for sin in sins(path, source)] == []


def test_every_money_package_is_read() -> None:
    read = {path for path, _ in sources()}

    assert [package for package in MONEY if not any(p.startswith(package) for p in read)] == []


@pytest.mark.parametrize(
    ("path", "source", "sin"),
    [
        ("charges/calc/volumes.py", "x = 1.5", "1: float 1.5"),
        ("charges/calc/volumes.py", "x = float('1')", "1: float()"),
        ("zhkh/kernel/split.py", "x = round(y, 2)", "1: round()"),
        ("cashdesk/services.py", "x = y.quantize(z)", "1: .quantize()"),
        ("cashdesk/services.py", "x = timezone.now()", "1: .now()"),
        ("cashdesk/services.py", "x = datetime.date.today()", "1: .today()"),
        ("accounts_registry/ledger/posting.py", "x = localdate()", "1: localdate()"),
        ("mailing/models.py", "def f():\n" + "    x()\n" * 50, "1: f of more than 50 lines"),
        ("mailing/models.py", "x()\n" * 401, "1: file of more than 400 lines"),
    ],
)
def test_planted_sin_is_found(path: str, source: str, sin: str) -> None:
    assert sins(path, source) == [f"{path}:{sin}"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (ROUNDING, "x = y.quantize(z)"),
        ("cashdesk/views.py", "accept_payment(at=timezone.localtime())"),
        ("zhkh/services/postgres.py", "patience = 1.5"),
        ("cashdesk/services.py", "x = at.date(); y = payment.round; z = localtime(at)"),
        ("mailing/models.py", "def f():\n" + "    x()\n" * 49),
        ("mailing/models.py", "x()\n" * 400),
    ],
)
def test_what_is_allowed_is_no_sin(path: str, source: str) -> None:
    assert sins(path, source) == []
