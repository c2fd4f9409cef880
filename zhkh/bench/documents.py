"""A town's payment documents: stamped, laid out, issued as a whole, printed into one file."""

import io
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import django
from django.db import connections
from django.utils import timezone

from zhkh.bench.effort import Effort, effort_of
from zhkh.bench.figures import Figures
from zhkh.town.plan import Plan

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts_registry.models import Organisation
    from payment_docs.document import PaymentDocument
    from payment_docs.models import IssuedDocument

# ruff: noqa: PLC0415 - this module begins fresh processes, models come after Django is set up

Answer = TypeVar("Answer")
ROUNDS = 7
SAMPLE = 60  # bills at most that are laid out
STAMPED_IN_A_ROUND = 20  # stampings of a bill in a round: one alone is too short to measure
WARM = 500  # bills after which memory must not grow any more

TITLES = {
    "stamp_cpu_ms": "заполнение одного документа с QR, мс процессора",
    "render_cpu_ms": "вёрстка одного документа, мс процессора",
    "plain_cpu_ms": "WeasyPrint по одному, мс процессора",
    "stamp_speedup": "во сколько раз заполнение быстрее WeasyPrint по одному",
    "fallback_share": "доля свёрстанных вместо заполненных",
    "worker_rss_mb": "память исполнителя выпуска, МБ",
    "print_file_bytes_per_bill": "файл для печати, байт на документ",
    "issue_cpu_ms": "весь выпуск документа (программа и база), мс процессора",
    "issue_client_cpu_ms": "из них программа, мс",
    "issue_seconds": "выпуск всех одним исполнителем, с",
    "bills_per_second": "документов в секунду, один исполнитель",
    "stamp_with_reading_cpu_ms": "заполнение с чтением готовых данных, мс процессора",
    "stamp_rss_growth_mb": "рост памяти при заполнении всех, МБ",
    "print_file_cpu_seconds": "файл для печати, с процессора",
    "print_file_rss_growth_mb": "рост памяти при файле для печати, МБ",
    "cold_seconds": "первый документ в новом процессе, с процессора",
    "shapes": "форм с местами",
    "bills": "документов",
}


def bench_documents(plan: Plan, *, workers: int, owner_url: str) -> Figures:
    """
    Build the town of the plan, post its last month, issue and print its documents.

    :raises Refusal: the database is not on this machine, or the town stands already.
    """
    _build(plan, workers, owner_url)
    issued = _in_fresh_process(issue, plan)
    stamped = _in_fresh_process(stamp_all, plan)
    printed = _in_fresh_process(print_all, plan)
    rounds = _in_fresh_process(compare, plan)
    return {
        **rounds,
        "fallback_share": _fallback_share(plan),
        "worker_rss_mb": round(issued.rss_mb),
        "print_file_bytes_per_bill": printed["bytes_per_bill"],
        "issue_cpu_ms": _ms(issued.cpu, plan),
        "issue_client_cpu_ms": _ms(issued.client_cpu, plan),
        "issue_seconds": round(issued.seconds, 2),
        "bills_per_second": round(plan.accounts / issued.seconds, 1),
        "stamp_with_reading_cpu_ms": stamped["cpu_ms"],
        "stamp_rss_growth_mb": stamped["rss_growth_mb"],
        "print_file_cpu_seconds": printed["cpu_seconds"],
        "print_file_rss_growth_mb": printed["rss_growth_mb"],
        "cold_seconds": _in_fresh_process(cold, plan),
        "shapes": _shapes(),
        "bills": plan.accounts,
    }


def issue(plan: Plan) -> Effort:
    """The whole issue by one worker: read, assemble, freeze, stamp, write."""
    from payment_docs.services import issue_documents

    organisation = _organisation(plan)
    return effort_of(
        lambda: issue_documents(
            organisation=organisation, period=plan.last, by=None, at=timezone.now()
        )
    )


def stamp_all(plan: Plan) -> dict[str, float]:
    """Every document rebuilt from its frozen data, one after another."""
    from payment_docs.services import issued_pdf

    done, warm, began = 0, _rss_mb(), time.process_time()
    for document in _documents(plan).filter(path="stamp").iterator(chunk_size=200):
        issued_pdf(document)
        done += 1
        if done == WARM:
            warm = _rss_mb()
    cpu = time.process_time() - began
    return {
        "cpu_ms": round(cpu / max(done, 1) * 1000, 2),
        "rss_growth_mb": round(_rss_mb() - warm, 1),
    }


def print_all(plan: Plan) -> dict[str, float]:
    from payment_docs.exporting import print_file_parts

    size, warm, began = 0, 0.0, time.process_time()
    for number, part in enumerate(print_file_parts(_documents(plan))):
        size += len(part)
        if number == min(WARM, plan.accounts // 2):
            warm = _rss_mb()
    return {
        "cpu_seconds": round(time.process_time() - began, 2),
        "bytes_per_bill": round(size / plan.accounts),
        "rss_growth_mb": round(_rss_mb() - warm, 1),
    }


def compare(plan: Plan) -> Figures:
    """The three ways to the same papers in interleaved rounds: medians of milliseconds a bill."""
    from payment_docs.render import document_pdf

    papers = _sample(plan)
    stamps = [_stamping(data, digest) for data, digest in papers]
    costs: dict[str, list[float]] = {"stamp": [], "render": [], "plain": []}
    for number in range(ROUNDS * max(1, len(papers) // ROUNDS)):
        data, _ = papers[number % len(papers)]
        costs["plain"].append(_cost(lambda: _plainly(data)))  # noqa: B023 (called at once)
        costs["render"].append(_cost(lambda: document_pdf(data)))  # noqa: B023 (called at once)
        costs["stamp"].append(_cost(stamps[number % len(stamps)], times=STAMPED_IN_A_ROUND))
    stamp, render, plain = (statistics.median(costs[way]) for way in ("stamp", "render", "plain"))
    return {
        "stamp_cpu_ms": round(stamp, 2),
        "render_cpu_ms": round(render, 1),
        "plain_cpu_ms": round(plain, 1),
        "stamp_speedup": round(plain / stamp, 1),
    }


def cold(plan: Plan) -> float:
    """What the first document of a fresh process costs: all imports, and laying out."""
    from payment_docs.press import Press

    ((data, _), *_) = _sample(plan)
    began = time.process_time()
    Press(lays_out_forms=False, checks=False).paper(data)
    return round(time.process_time() - began, 2)


def _sample(plan: Plan) -> "list[tuple[PaymentDocument, str]]":
    """Stamped documents spread over the town, with their shapes."""
    from payment_docs.snapshot import from_snapshot

    found = _documents(plan).filter(path="stamp").values_list("snapshot", "shape_id")
    step = max(1, plan.accounts // SAMPLE)
    return [(from_snapshot(snapshot), digest) for snapshot, digest in found[::step]][:SAMPLE]


def _stamping(data: "PaymentDocument", digest: str) -> Callable[[], object]:
    from payment_docs.press import form_with, refilled

    form = form_with(digest)
    return lambda: refilled(data, form)


def _plainly(data: "PaymentDocument") -> bytes:
    """WeasyPrint as anybody calls it: the same page, fonts and codes, nothing kept between."""
    from weasyprint.text.fonts import FontConfiguration

    from payment_docs.printing.page import printed
    from payment_docs.render import files_of, page_html, pictures_of, print_folder
    from zhkh import pdf

    page = printed(data)
    files = files_of(page, pictures_of(data, page))
    laid = pdf.page_of(page_html(page), base_url=print_folder(), files=files)
    target = io.BytesIO()
    laid.write_pdf(target, font_config=FontConfiguration())
    return target.getvalue()


def _cost(work: Callable[[], object], times: int = 1) -> float:
    """Milliseconds of processor."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1000


def _build(plan: Plan, workers: int, owner_url: str) -> None:
    from charges.services import calculate_month, confirm_month
    from zhkh.town.building import build_town

    build_town(plan, at=timezone.now(), workers=workers, tell=lambda *_: None, owner_url=owner_url)
    organisation = _organisation(plan)
    calculate_month(
        organisation=organisation,
        period=plan.last,
        by=None,
        clock=timezone.now,
        workers=workers,
    )
    confirm_month(organisation=organisation, period=plan.last, by=None)
    _give_requisites(organisation)


def _give_requisites(organisation: "Organisation") -> None:
    """Without them no bill has a code to pay by."""
    from accounts_registry.models import Organisation

    Organisation.objects.filter(pk=organisation.pk).update(
        inn="7707083893",
        kpp="770701001",
        bank_account="40702810900000000000",
        bank_name="ПАО «Образец»",
        bic="044525225",
        correspondent_account="30101810400000000225",
    )


def _in_fresh_process(work: Callable[[Plan], Answer], plan: Plan) -> Answer:
    """What was used before must not count as the memory of the work."""
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=django.setup) as pool:
        return pool.submit(work, plan).result()


def _documents(plan: Plan) -> "QuerySet[IssuedDocument]":
    from payment_docs.queries import current_documents

    return current_documents(organisation_id=_organisation(plan).pk, period=plan.last)


def _fallback_share(plan: Plan) -> float:
    found = _documents(plan)
    return round(found.filter(path="render").count() / max(found.count(), 1), 5)


def _shapes() -> int:
    from payment_docs.models import DocumentShape

    return DocumentShape.objects.count()


def _ms(seconds: float, plan: Plan) -> float:
    return round(seconds / plan.accounts * 1000, 2)


def _rss_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _organisation(plan: Plan) -> "Organisation":
    from accounts_registry.models import Organisation

    return Organisation.objects.get(name=plan.title)
