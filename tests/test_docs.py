"""What the documentation names is there under that name."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
APPS = (
    "web",
    "runs",
    "accounts_registry",
    "ledger",
    "charges",
    "corrections",
    "payment_docs",
    "mailing",
    "cashdesk",
)


def functions_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def named_in_walk() -> list[tuple[str, str]]:
    return sorted(set(re.findall(r"`([\w/]+\.py): (\w+)`", (DOCS / "walk.md").read_text())))


def files_in_walk() -> list[str]:
    """Files named without a function, tests and goldens."""
    named = re.findall(r"`((?:tests|docs)/[\w./]+)`", (DOCS / "walk.md").read_text())
    return sorted(set(named))


def rows_of(title: str) -> set[tuple[str, str]]:
    """First two cells of a glossary table's rows."""
    section = (DOCS / "glossary.md").read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip(" `") for cell in line.split("|")] for line in section.splitlines()]
    return {(row[1], row[2]) for row in rows if len(row) > 3 and row[2].isidentifier()}


@pytest.mark.parametrize(("file", "function"), named_in_walk())
def test_walk_names_functions_that_exist(file, function):
    assert function in functions_in(ROOT / file)


@pytest.mark.parametrize("file", files_in_walk())
def test_walk_names_files_that_exist(file):
    assert (ROOT / file).exists()


def test_glossary_names_every_model():
    """Staging rows nobody sees have no Russian name."""
    known = {
        (str(model._meta.verbose_name), model.__name__)
        for label in APPS
        for model in apps.get_app_config(label).get_models()
        if not str(model._meta.verbose_name).isascii()
    }

    assert rows_of("Что хранится") == known


def test_glossary_names_every_choice():
    known = {
        (str(label), name)
        for choices in _choices()
        for name, label in zip(choices.names, choices.labels, strict=True)
        if label
    }

    assert rows_of("Состояния и виды") == known


def _choices() -> list[type[models.TextChoices]]:
    ours = [f"{apps.get_app_config(label).name}.models" for label in APPS]
    return [
        choices
        for choices in models.TextChoices.__subclasses__()
        if choices.__module__.startswith(tuple(ours))
    ]
