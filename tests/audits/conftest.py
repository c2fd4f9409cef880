"""
Differences are planted by a superuser with triggers off, which is what a broken disk, a stolen
password or a wrong script would do. One story is told for a module; each plant is rolled back.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connections, transaction

from tests.audits.story import Story, execute, tell
from tests.conftest import clone_template
from zhkh.audits.audit import findings_of
from zhkh.audits.check import AUDITS


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker, cluster, database_name) -> Iterator[Story]:
    """Committed once, by the program's own role; then the connection is a superuser's."""
    with django_db_blocker.unblock():
        told = tell()
        connections.close_all()
        default = connections["default"].settings_dict
        program = default["USER"]
        default["USER"] = urlsplit(cluster.superuser_url).username
        yield told
        connections.close_all()
        default["USER"] = program
    clone_template(cluster, database_name)


@pytest.fixture
def planted(story: Story) -> Callable[..., list[str]]:
    """Runs a statement past all guards, tells what the audit finds, and takes it back."""

    def plant(code: str, statement: str, *values: int) -> list[str]:
        (audit,) = (item for item in AUDITS if item.code == code)
        with transaction.atomic():
            execute(statement, *values)
            found = [finding.text for finding in findings_of(audit)]
            transaction.set_rollback(True)
        return found

    return plant
