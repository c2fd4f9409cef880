"""The one door to WeasyPrint: HTML in, the bytes of a PDF out, nothing fetched from anywhere."""

import functools
import io
import threading
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

# WeasyPrint takes half a second to import: only a process that prints waits for it, once.
# ruff: noqa: PLC0415 (the reason is above)
if TYPE_CHECKING:
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

PICTURE = "picture:"
_PROJECT = Path(__file__).resolve().parent.parent
READABLE = (
    _PROJECT / "static" / "fonts",
    _PROJECT / "templates" / "payment_docs" / "print",
    _PROJECT / "templates" / "charges" / "print",
    _PROJECT / "templates" / "corrections" / "print",
    _PROJECT / "templates" / "ledger" / "print",
)


def html_to_pdf(
    html: str, *, base_url: Path, variant: str = "", files: Mapping[str, bytes] | None = None
) -> bytes:
    """
    Lay out a page of our own templates; the same HTML gives the same bytes.

    `variant` is "pdf/a-3b" for long keeping, "pdf/ua-1" for programs that read aloud, or empty.
    Addresses in the page are relative to the folder `base_url` and reach only fonts and print
    styles of the project; anything else, on disk or on the network, is left out of the document.
    `files` are pictures made for this page: "picture:qr" is the file named "qr".

    :raises FileNotFoundError: a font or a style that belongs to the project is not in its place.
    """
    from weasyprint.urls import FatalURLFetchingError

    page = page_of(html, base_url=base_url, files=files)
    try:
        pdf = page.write_pdf(font_config=fonts(), **options_of(variant))
    except FatalURLFetchingError as error:
        raise FileNotFoundError(str(error)) from error
    assert isinstance(pdf, bytes)
    return pdf


def options_of(variant: str) -> dict[str, Any]:
    """How WeasyPrint is told of a variant, when laying out and when writing."""
    return {"pdf_variant": variant} if variant else {}


def page_of(html: str, *, base_url: Path, files: Mapping[str, bytes] | None = None) -> "HTML":
    """The page for WeasyPrint, reading nothing but the project's own files and `files`."""
    from weasyprint import HTML

    address = f"{base_url.resolve().as_uri()}/"
    return HTML(string=html, base_url=address, url_fetcher=_fetcher_class()(files or {}))


def project_file(url: str) -> Path | None:
    """The file behind an address, symbolic links followed, if print pages may read it."""
    address = urlsplit(url)
    if address.scheme != "file" or address.netloc:
        return None
    path = Path(unquote(address.path)).resolve()
    return path if any(path.is_relative_to(folder) for folder in READABLE) else None


@functools.cache
def _fetcher_class() -> "Callable[[Mapping[str, bytes]], URLFetcher]":
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class ProjectFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
        """Refuses every address but the project's own; WeasyPrint logs it and goes on."""

        def __init__(self, files: Mapping[str, bytes]) -> None:
            super().__init__(allowed_protocols=["file"], allow_redirects=False)
            self.files = files

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            if picture := self.files.get(url.removeprefix(PICTURE)):
                return URLFetcherResponse(url, picture, {"Content-Type": "image/png"})
            path = project_file(url)
            if path is None:
                raise ValueError(f"Print pages may not read {url}")
            if not path.is_file():
                raise FatalURLFetchingError(f"{path} is missing")
            return super().fetch(path.as_uri(), headers)

    return ProjectFiles


_own = threading.local()  # Pango's font maps belong to one thread


def fonts() -> "FontConfiguration":
    """Fonts are read once per thread: WeasyPrint knows again a face it has met."""
    from weasyprint.text.fonts import FontConfiguration

    if not hasattr(_own, "fonts"):
        _own.fonts = FontConfiguration()
    fonts: FontConfiguration = _own.fonts
    return fonts


def engine_version() -> str:
    """What lays the pages out."""
    return f"WeasyPrint {metadata.version('weasyprint')}"


@functools.cache
def _letters() -> frozenset[int]:
    """What both faces of the documents' font can draw."""
    from fontTools.ttLib import TTFont

    faces = (_PROJECT / "static" / "fonts" / "pt-sans-narrow").glob("*.ttf")
    return frozenset.intersection(*(frozenset(TTFont(face).getBestCmap()) for face in faces))


def letters_without_glyph(text: str) -> str:
    """Letters of the text that the documents' font cannot draw, each once, in their order."""
    drawn = _letters()
    unknown = (letter for letter in text if ord(letter) not in drawn and not letter.isspace())
    return "".join(dict.fromkeys(unknown))


def is_picture(content: bytes) -> bool:
    """Whether the layout engine can draw the picture to its last point."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError):
        return False
    return True
