"""Two tabs ask for the same documents at the same moment."""

import threading
import time

import psycopg
from django.db import connection

from payment_docs.services import DocumentsAreBusy, request_documents
from tests.cast import JULY, NOON
from tests.priced import posted, priced_tihiy_okean
from zhkh.runs.models import Run

WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s
"""


def test_the_second_of_two_simultaneous_requests_is_told_about_the_first(
    committed_db, cluster, database_name
):
    organisation = priced_tihiy_okean().organisation
    posted(organisation)
    answers: list[str] = []

    def ask():
        try:
            request_documents(organisation=organisation, period=JULY, by=None, at=NOON)
            answers.append("asked")
        except DocumentsAreBusy:
            answers.append("busy")
        finally:
            connection.close()

    tabs = [threading.Thread(target=ask) for _ in range(2)]
    url = psycopg.conninfo.make_conninfo(cluster.superuser_url, dbname=database_name)
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE runs_runitem IN SHARE MODE")  # nobody gets to the end
        for tab in tabs:
            tab.start()
        until_waiting(holder, database_name, count=2)
    for tab in tabs:
        tab.join(60)

    assert sorted(answers) == ["asked", "busy"]
    assert Run.objects.filter(kind="documents").count() == 1


def until_waiting(holder: psycopg.Connection, database_name: str, *, count: int) -> None:
    for _ in range(300):
        holder.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it would stay
        row = holder.execute(WAITING, [database_name]).fetchone()
        if row == (count,):
            return
        time.sleep(0.1)
    raise AssertionError("nobody waits")
