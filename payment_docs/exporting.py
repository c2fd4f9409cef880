"""Issued documents out of the program: one file for the printing house, or a file each."""

import io
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.db.models import QuerySet

from payment_docs.models import IssuedDocument
from payment_docs.press import filling_of, form_with, laid_out
from payment_docs.services import DocumentChanged, issued_pdf
from payment_docs.snapshot import from_snapshot
from payment_docs.stamp.filling import Form
from payment_docs.stamp.printfile import PrintFile
from payment_docs.stamp.refusals import Misfit

AT_ONCE = 500  # documents read from the database
FORMS_KEPT = 100


def write_print_file(documents: QuerySet[IssuedDocument], out: BinaryIO) -> int:
    """
    All documents as one PDF, in their order; memory does not grow with their number.

    Returns how many there were.

    :raises DocumentChanged: one of them cannot be printed as it was issued.
    """
    return sum(1 for _ in _printed_into(PrintFile(out), documents))


def print_file_parts(documents: QuerySet[IssuedDocument]) -> Iterator[bytes]:
    """
    The same file as pieces, each as soon as it is ready.

    :raises DocumentChanged: one of them cannot be printed as it was issued.
    """
    buffer = io.BytesIO()
    for _ in _printed_into(PrintFile(buffer), documents):
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def write_files(documents: QuerySet[IssuedDocument], folder: Path) -> Iterator[Path]:
    """
    A PDF for each document, named by its account and month.

    :raises DocumentChanged: one of them is not what was issued any more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for document in _read(documents):
        file = folder / file_name(document)
        file.write_bytes(issued_pdf(document))
        yield file


def file_name(document: IssuedDocument) -> str:
    return f"kvitanciya_{document.account.number}_{document.period}.pdf"


def _printed_into(file: PrintFile, documents: QuerySet[IssuedDocument]) -> Iterator[IssuedDocument]:
    forms: OrderedDict[str, Form] = OrderedDict()
    for document in _read(documents):
        data = from_snapshot(document.snapshot)
        if document.shape_id:
            form = _form(forms, document.shape_id)
            try:
                file.add_stamped(form, *filling_of(data))
            except Misfit as misfit:
                raise DocumentChanged(document) from misfit
        else:
            file.add_laid(laid_out(data))
        yield document
    file.close()


def _form(forms: OrderedDict[str, Form], digest: str) -> Form:
    if digest in forms:
        forms.move_to_end(digest)
    else:
        forms[digest] = form_with(digest)
        if len(forms) > FORMS_KEPT:
            forms.popitem(last=False)
    return forms[digest]


def _read(documents: QuerySet[IssuedDocument]) -> Iterable[IssuedDocument]:
    return documents.iterator(chunk_size=AT_ONCE)
