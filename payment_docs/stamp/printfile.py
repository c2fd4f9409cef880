"""
Many documents as one PDF for the printing house: written as a stream, what they share once.

Memory is flat: of what was written only the places of the objects are kept.
"""

import array
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import BinaryIO

from payment_docs.stamp.compiling import packed
from payment_docs.stamp.filling import Bitmap, Form, contents, flate, image
from zhkh.layout import Layout, PdfObject

PAGES_IN_A_NODE = 200
_REFERENCE = re.compile(rb"(\d+) 0 R")
_DRAWN = re.compile(rb"@(\d+)@")  # a picture of each document's own
_BOX = re.compile(rb"/MediaBox ?\[[^\]]*\]")
_CONTENTS = re.compile(rb"/Contents \[?(\d+) 0 R")
_RESOURCES = re.compile(rb"/Resources (\d+) 0 R")
_ROOT, _TREE = 1, 2


class PrintFile:
    """Documents are added one by one; `close` writes the tables at the end."""

    def __init__(self, out: BinaryIO) -> None:
        self.pages = 0
        self._out = out
        self._position = 0
        self._offsets = array.array("Q", [0, 0, 0])  # by number; 0 is not written yet
        self._shared: dict[bytes, int] = {}
        self._sheets: dict[str, list[_Sheet]] = {}
        self._nodes: list[tuple[int, list[int]]] = []
        self._write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add_stamped(
        self, form: Form, texts: Mapping[str, str], pictures: Mapping[str, Bitmap]
    ) -> None:
        """
        A document of a form; nothing is written when it does not fit.

        :raises Misfit: see `filling.fill`.
        """
        filled = contents(form, texts)
        sheets = self._sheets.get(form.digest)
        if sheets is None:
            sheets = self._sheets[form.digest] = self._sheets_of(form)
        drawn = {
            picture.number: self._add(image(pictures[picture.slot]))
            for picture in form.shape.pictures
        }
        for sheet, content in zip(sheets, filled, strict=True):
            streams = b"%d 0 R %d 0 R" % (sheet.content, self._add(flate(content)))
            resources = _DRAWN.sub(lambda found: b"%d 0 R" % drawn[int(found[1])], sheet.resources)
            self._add_page(sheet.box, streams, resources)

    def add_laid(self, layout: Layout) -> None:
        """A document as the layout engine has it."""
        objects = {item.number: packed(item) for item in layout.objects}
        for page in layout.pages:
            sheet = self._sheet(objects, page.page_object, drawn=set())
            self._add_page(sheet.box, b"%d 0 R" % sheet.content, sheet.resources)

    def close(self) -> int:
        """The size of the file in bytes."""
        kids = []
        for number, pages in self._nodes:
            kids.append(number)
            inner = b" ".join(b"%d 0 R" % page for page in pages)
            self._put(
                number,
                b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (_TREE, len(pages), inner),
            )
        nodes = b" ".join(b"%d 0 R" % number for number in kids)
        self._put(_TREE, b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.pages, nodes))
        self._put(_ROOT, b"<</Type/Catalog/Pages %d 0 R>>" % _TREE)
        size, start = len(self._offsets), self._position
        self._write_bytes(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for offset in self._offsets[1:]:
            self._write_bytes(b"%010d 00000 n \n" % offset)
        self._write_bytes(
            b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, _ROOT, start)
        )
        return self._position

    def _sheets_of(self, form: Form) -> "list[_Sheet]":
        objects = {item.number: item for item in form.shape.objects}
        drawn = {picture.number for picture in form.shape.pictures}
        return [self._sheet(objects, page.page_object, drawn) for page in form.shape.pages]

    def _sheet(
        self, objects: Mapping[int, PdfObject], page_object: int, drawn: set[int]
    ) -> "_Sheet":
        """What the pages of a form share; numbers in `drawn` are left for each document's own."""
        head = objects[page_object].head
        box, content, resources = _BOX.search(head), _CONTENTS.search(head), _RESOURCES.search(head)
        assert box is not None, head
        assert content is not None, head
        assert resources is not None, head

        def shared(number: int) -> int:
            return self._share(objects, number)

        whole = objects[int(resources[1])].head
        return _Sheet(
            box=box[0],
            content=shared(int(content[1])),
            resources=_REFERENCE.sub(
                lambda found: (
                    b"@%b@" % found[1]
                    if int(found[1]) in drawn
                    else b"%d 0 R" % shared(int(found[1]))
                ),
                whole,
            ),
        )

    def _share(self, objects: Mapping[int, PdfObject], number: int) -> int:
        """The number here of an object and of all it refers to; equal ones are written once."""
        item = objects[number]
        body = _REFERENCE.sub(
            lambda found: b"%d 0 R" % self._share(objects, int(found[1])), item.head
        )
        if item.stream is not None:
            body = b"%b\nstream\n%b\nendstream" % (body, item.stream)
        key = sha256(body).digest()
        if key not in self._shared:
            self._shared[key] = self._add(body)
        return self._shared[key]

    def _add_page(self, box: bytes, streams: bytes, resources: bytes) -> None:
        if self.pages % PAGES_IN_A_NODE == 0:
            self._nodes.append((self._reserved(), []))
        node, pages = self._nodes[-1]
        pages.append(
            self._add(
                b"<</Type/Page/Parent %d 0 R%b/Contents[%b]/Resources %b>>"
                % (node, box, streams, resources)
            )
        )
        self.pages += 1

    def _reserved(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _add(self, body: bytes) -> int:
        number = self._reserved()
        self._put(number, body)
        return number

    def _put(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._position
        self._write_bytes(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _write_bytes(self, content: bytes) -> None:
        self._out.write(content)
        self._position += len(content)


class _Sheet:
    """A page of a form: its size, its fixed content, its resources without pictures' numbers."""

    __slots__ = ("box", "content", "resources")

    def __init__(self, *, box: bytes, content: int, resources: bytes) -> None:
        self.box = box
        self.content = content
        self.resources = resources
