"""The panel of long work: asked again while it works, its page shown anew at the end."""

import pytest
from django.test import RequestFactory
from django_cotton import render_component

from tests.cast import NOON
from zhkh.kernel.period import Period
from zhkh.runs import services
from zhkh.runs.models import Run, RunState
from zhkh.runs.pages import progress_answer


@pytest.fixture
def run(db):
    items = [("1", "дом 1"), ("2", "дом 2"), ("3", "дом 3")]
    return services.start_run(
        kind="charges", subject="7/2013-07", title="расчёт", items=items, by=None, at=NOON
    )


def answer(run, *, htmx=True):
    headers = {"HX-Request": "true"} if htmx else {}
    request = RequestFactory().get("/progress/", headers=headers)
    context = {"stop": "/stop/"}
    return progress_answer(request, run, "audits/progress.html", page="/page/", context=context)


def panel(run, stop="/stop/"):
    values = {
        "name": "Ход",
        "working": "Идёт",
        "waiting": "Ждёт",
        "counted": "домов",
        "progress": services.progress_of(run),
        "stop": stop,
        "stopping": run.stop_requested,
    }
    return " ".join(
        str(render_component(RequestFactory().get("/"), "run_progress", values)).split()
    )


def test_while_it_works_the_panel_comes(run):
    assert (answer(run).status_code, "Сверка ждёт" in answer(run).content.decode()) == (200, True)


@pytest.mark.parametrize("ended", [True, False])
def test_its_end_shows_the_page_anew(run, ended):
    services.stop(run, end=lambda run: services.finish_run(run, at=NOON))
    run.refresh_from_db()
    gone = run if ended else None

    assert answer(gone).headers["HX-Refresh"] == "true"
    assert answer(gone, htmx=False).url == "/page/"


def test_the_panel_counts(run):
    waiting = panel(run)
    services.mark_done(run, "1")
    services.mark_failed(run, "2", "нет тарифа")
    working = panel(run)

    assert ("<h2> Ждёт </h2>" in waiting, "домов 0 из 3" in waiting) == (True, True)
    assert ("<h2> Идёт </h2>" in working, "домов 2 из 3 , с ошибками 1" in working) == (True, True)


def test_who_may_not_stop_it_is_offered_nothing(run):
    assert ("/stop/" in panel(run), "Остановить" in panel(run, stop="")) == (True, False)


def test_once_asked_it_is_stopping(run):
    services.request_stop(run)
    run.refresh_from_db()

    assert "disabled> " in panel(run)
    assert "Останавливается…" in panel(run)


class TestStop:
    def test_at_once_when_no_worker_has_it(self, run):
        services.stop(run, end=lambda run: services.finish_run(run, at=NOON))
        run.refresh_from_db()

        assert (run.state, run.stop_requested) == (RunState.STOPPED, True)

    def test_what_has_ended_stays_as_it_is(self, run):
        services.finish_run(run, at=NOON)
        called: list[Run] = []

        services.stop(run, end=called.append)

        assert called == []

    def test_there_may_be_nothing_to_stop(self, db):
        called: list[Run] = []

        services.stop(None, end=called.append)

        assert called == []


def test_the_subject_of_a_month_is_read_back(run):
    organisation = type("Organisation", (), {"pk": 7})()
    period = Period(2013, 7)

    assert services.subject_of(organisation, period) == run.subject
    assert services.month_of(run) == (7, period)
