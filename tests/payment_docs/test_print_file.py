"""All documents of a selection as one PDF, and the page that gives it."""

import io

import pypdf
import pytest
from django.contrib.messages import get_messages
from django.test import Client

from payment_docs.exporting import write_print_file
from payment_docs.models import IssuedDocument
from payment_docs.queries import current_documents
from payment_docs.services import issued_pdf
from tests.cast import JULY, accountant_of
from tests.payment_docs.stamp.conftest import tool
from tests.priced import issued, posted, priced_tihiy_okean

PAGE = "/docs/print-file/?period=2013-07"


@pytest.fixture
def okean(db):
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


def texts_of(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def told_by(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_print_file_is_the_documents_in_order_of_delivery(okean, tmp_path):
    issued(okean.organisation)
    documents = current_documents(organisation_id=okean.organisation.pk, period=JULY)
    file = tmp_path / "print.pdf"

    with file.open("wb") as out:
        count = write_print_file(documents, out)

    assert count == 4
    apart = [page for document in documents for page in texts_of(issued_pdf(document))]
    assert texts_of(file.read_bytes()) == apart
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", str(file))
    assert {document.path for document in documents} == {"stamp"}


def test_documents_laid_out_stand_among_the_stamped(okean, tmp_path):
    okean.fet.payer.full_name = "Фет " + "Афанасиевич " * 12
    okean.fet.payer.save()
    issued(okean.organisation)
    documents = current_documents(organisation_id=okean.organisation.pk, period=JULY)
    out = io.BytesIO()

    assert write_print_file(documents, out) == 4

    assert [document.path for document in documents] == ["stamp", "render", "stamp", "stamp"]
    (tmp_path / "print.pdf").write_bytes(out.getvalue())
    assert texts_of(out.getvalue()) == [
        page for document in documents for page in texts_of(issued_pdf(document))
    ]
    assert "No syntax or stream encoding errors" in tool(
        "qpdf", "--check", str(tmp_path / "print.pdf")
    )


def test_page_gives_the_documents_its_list_shows(okean, client):
    issued(okean.organisation)

    answer = client.get(f"{PAGE}&q={okean.fet.number}")

    pdf = b"".join(answer.streaming_content)
    (document,) = IssuedDocument.objects.filter(account=okean.fet)
    assert texts_of(pdf) == texts_of(issued_pdf(document))
    assert answer["Content-Disposition"] == 'attachment; filename="dokumenty_2013-07.pdf"'


def test_nothing_to_print_is_told(okean, client):
    issued(okean.organisation)

    answer = client.get(f"{PAGE}&q=никто")

    assert answer.status_code == 302
    assert told_by(answer) == ["За Июль 2013 печатать нечего: по этому отбору документов нет."]


def test_stamped_document_is_rebuilt_from_its_shape(okean):
    issued(okean.organisation)

    documents = list(IssuedDocument.objects.all())

    assert [document.path for document in documents] == ["stamp"] * 4
    assert all(document.shape_id for document in documents)
    assert all(issued_pdf(document).startswith(b"%PDF-1.7") for document in documents)


def test_document_of_a_list_with_strange_filters_is_still_a_page(okean, client):
    answer = client.get(f"{PAGE}&house=0&delivery=pigeon")

    assert answer.status_code == 302
