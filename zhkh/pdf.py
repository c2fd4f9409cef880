"""The one door to WeasyPrint: HTML in, the bytes of a PDF out, nothing fetched from anywhere."""

import functools
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

# WeasyPrint takes half a second to import: only a process that prints waits for it, once.
# ruff: noqa: PLC0415 (the reason is above)
if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

_PROJECT = Path(__file__).resolve().parent.parent
READABLE = (
    _PROJECT / "static" / "fonts",
    _PROJECT / "templates" / "payment_docs" / "print",
    _PROJECT / "templates" / "charges" / "print",
    _PROJECT / "templates" / "corrections" / "print",
    _PROJECT / "templates" / "ledger" / "print",
)


def html_to_pdf(html: str, *, base_url: Path) -> bytes:
    """
    Lay out a page of our own templates; the same HTML gives the same bytes.

    Addresses in the page are relative to the folder `base_url` and reach only fonts and print
    styles of the project; anything else, on disk or on the network, is left out of the document.

    :raises FileNotFoundError: a font or a style that belongs to the project is not in its place.
    """
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    page = HTML(string=html, base_url=f"{base_url.resolve().as_uri()}/", url_fetcher=_fetcher())
    try:
        pdf = page.write_pdf(font_config=_fonts())
    except FatalURLFetchingError as error:
        raise FileNotFoundError(str(error)) from error
    assert isinstance(pdf, bytes)
    return pdf


def project_file(url: str) -> Path | None:
    """The file behind an address, symbolic links followed, if print pages may read it."""
    address = urlsplit(url)
    if address.scheme != "file" or address.netloc:
        return None
    path = Path(unquote(address.path)).resolve()
    return path if any(path.is_relative_to(folder) for folder in READABLE) else None


@functools.cache
def _fetcher() -> "URLFetcher":
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class ProjectFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
        """Refuses every address but the project's own; WeasyPrint logs it and goes on."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            path = project_file(url)
            if path is None:
                raise ValueError(f"Print pages may not read {url}")
            if not path.is_file():
                raise FatalURLFetchingError(f"{path} is missing")
            return super().fetch(path.as_uri(), headers)

    return ProjectFiles(allowed_protocols=["file"], allow_redirects=False)


_own = threading.local()  # Pango's font maps belong to one thread


def _fonts() -> "FontConfiguration":
    """Fonts are read once per thread: WeasyPrint knows again a face it has met."""
    from weasyprint.text.fonts import FontConfiguration

    if not hasattr(_own, "fonts"):
        _own.fonts = FontConfiguration()
    fonts: FontConfiguration = _own.fonts
    return fonts


def engine_version() -> str:
    """What lays the pages out."""
    import weasyprint

    return f"WeasyPrint {weasyprint.__version__}"
