"""Workbooks as people send them: sound ones, and ones something was done to."""

import io
import zipfile

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"


def workbook(*sheets):
    """Bytes of a workbook: each sheet is a list of rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(content, part, change):
    """The same workbook, the text of one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text) if name == part else text)
    return file.getvalue()


def sheet_of(xml):
    """A workbook whose first sheet holds these rows, written as XML."""
    whole = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{xml}'
    text = f"{whole}</worksheet>".encode()
    return changed(workbook([[1]]), SHEET, lambda _: text)


def bomb():
    """Sixty thousand bytes that unpack to sixty million."""
    file = io.BytesIO(workbook([[1]]))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/media/picture.png", "w") as part,
    ):
        for _ in range(61):
            part.write(bytes(1_000_000))
    return file.getvalue()


def old_excel():
    """How the files of Excel 97 begin, and those under a password."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)
