"""The choice between stamping and laying out, and what stops stamping."""

import dataclasses
import logging

import pytest

from payment_docs.models import DocumentShape, PaperPath
from payment_docs.press import Press, digest_of, form_with
from payment_docs.printing.page import printed
from payment_docs.render import document_pdf
from payment_docs.stamp.pages import content_of
from payment_docs.stamp.refusals import Reason
from payment_docs.stamp.shape import from_bytes, to_bytes

pytestmark = pytest.mark.django_db


def shape_of(document):
    return digest_of(content_of(printed(document)).key)


def spoiled(content):
    """The shape with one text of the form moved by a point."""
    shape = from_bytes(content)
    first, *rest = shape.fixed
    moved = dataclasses.replace(first, x=first.x + 1.33)
    return to_bytes(dataclasses.replace(shape, fixed=(moved, *rest)))


def test_one_paper_alone_is_laid_out_until_its_form_is_known(sample_bill):
    alone = Press(lays_out_forms=False)

    before = alone.paper(sample_bill)
    in_a_run = Press(lays_out_forms=True, checks=False).paper(sample_bill)
    after = Press(lays_out_forms=False, checks=False).paper(sample_bill)

    assert (before.path, before.pdf) == (PaperPath.RENDER, document_pdf(sample_bill))
    assert (in_a_run.path, in_a_run.shape) == (PaperPath.STAMP, shape_of(sample_bill))
    assert after == in_a_run
    assert [row.digest for row in DocumentShape.objects.all()] == [in_a_run.shape]


def test_bills_of_one_form_share_its_shape(sample_bill):
    other = dataclasses.replace(
        sample_bill, payer="Пушкин А. С.", account_number="000000001002", number="7"
    )

    assert shape_of(dataclasses.replace(sample_bill, number="8")) == shape_of(other)


def test_long_name_goes_to_the_layout_engine_with_the_reason(sample_bill):
    document = dataclasses.replace(sample_bill, payer="Лермонтов " * 20)

    paper = Press(lays_out_forms=True).paper(document)

    assert (paper.path, paper.reason) == (PaperPath.RENDER, Reason.OVERFLOW)
    assert paper.pdf == document_pdf(document)


def test_difference_stops_stamping_of_the_form(sample_bill, caplog):
    paper = Press(lays_out_forms=True, checks=False).paper(sample_bill)
    row = DocumentShape.objects.get()
    DocumentShape.objects.bulk_create(
        [DocumentShape(digest="0" * 64, template_version="", content=spoiled(bytes(row.content)))]
    )
    press = _PressWith(DocumentShape.objects.get(digest="0" * 64))

    with caplog.at_level(logging.ERROR):
        first, second = press.paper(sample_bill), press.paper(sample_bill)

    assert paper.reason is None
    assert [(item.path, item.reason) for item in (first, second)] == [
        (PaperPath.RENDER, Reason.DIFFERENCE)
    ] * 2
    assert first.detail.endswith("px в стороне")
    assert len(caplog.messages) == 1


class _PressWith(Press):
    """A press that finds a certain shape, whatever it looks for."""

    def __init__(self, shape):
        super().__init__(lays_out_forms=False)
        self._shape = shape

    def _found_or_compiled(self, page, key):
        return form_with(self._shape.digest)
