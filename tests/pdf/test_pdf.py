import hashlib
import http.server
import io
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdf
import pytest
import weasyprint

from zhkh.pdf import READABLE, html_to_pdf, project_file

ROOT = Path(__file__).resolve().parents[2]
PRINT = ROOT / "templates" / "payment_docs" / "print"
PAGE = """<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Счет № 1</title>
<meta name="author" content="УК «Тихий океан»"><link rel="stylesheet" href="document.css"></head>
<body data-page="Страница" data-of="из"><p>К оплате <b>2 447,90</b></p></body></html>"""


@pytest.fixture
def requests():
    """Addresses asked of a web server on this machine, which answers everything with a style."""
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()

        def log_message(self, *args):
            """Silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        asked.append(f"http://127.0.0.1:{server.server_port}")
        yield asked
        server.shutdown()
        thread.join()


def hostile_page(base):
    return f"""<html><head><link rel="stylesheet" href="{base}/link.css">
    <link rel="attachment" href="{base}/attachment"><style>@import "{base}/import.css";
    @font-face {{ font-family: Far; src: url("{base}/font.ttf") }}
    p {{ background: url("{base}/background.png"); font-family: Far }}</style></head>
    <body><p>Текст</p><img src="{base}/img.png"><object data="{base}/object.svg"></object>
    <embed src="{base}/embed.svg"><svg width="10" height="10"><image href="{base}/svg.png"
    width="10" height="10"/></svg></body></html>"""


def text_of(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_page_becomes_pdf_with_its_text():
    assert text_of(html_to_pdf(PAGE, base_url=PRINT)) == ["К оплате 2 447,90\nСтраница 1 из 1"]


def test_page_asks_the_network_for_nothing(requests):
    base = requests.pop()

    pdf = html_to_pdf(hostile_page(base), base_url=PRINT)

    assert requests == []
    assert text_of(pdf) == ["Текст"]


def test_the_same_page_would_ask_were_it_allowed_to(requests):
    base = requests.pop()

    weasyprint.HTML(string=hostile_page(base)).write_pdf()

    assert set(requests) == {
        "/link.css",
        "/attachment",
        "/import.css",
        "/font.ttf",
        "/background.png",
        "/img.png",
        "/object.svg",
        "/embed.svg",
        "/svg.png",
    }


def test_page_takes_no_file_of_the_machine_along():
    secret = (ROOT / "pyproject.toml").as_uri()
    page = f'<link rel="attachment" href="{secret}"><img src="{secret}"><p>Текст</p>'

    pdf = html_to_pdf(page, base_url=PRINT)

    assert list(pypdf.PdfReader(io.BytesIO(pdf)).attachments) == []


@pytest.mark.parametrize(
    "path",
    [
        "static/fonts/pt-sans-narrow/PT_Sans-Narrow-Web-Regular.ttf",
        "templates/payment_docs/print/document.css",
        "templates/payment_docs/print/../print/document.css",
    ],
)
def test_fonts_and_print_styles_are_readable(path):
    assert project_file(f"file://{ROOT}/{path}") == (ROOT / path).resolve()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        f"file://{ROOT}/pyproject.toml",
        f"file://{PRINT}/../../base.html",
        f"file://{PRINT}/%2e%2e/%2e%2e/base.html",
        f"file://{PRINT}-other/document.css",
        f"file://example.org{PRINT}/document.css",
        "data:text/css,p{color:red}",
        "https://example.org/a.css",
        "ftp://example.org/a.css",
        "document.css",
        "",
    ],
)
def test_anything_else_is_not(url):
    assert project_file(url) is None


def test_address_means_the_file_its_symbolic_link_leads_to(tmp_path):
    font = READABLE[0] / "pt-sans-narrow" / "PT_Sans-Narrow-Web-Bold.ttf"
    (tmp_path / "link.ttf").symlink_to(font)

    assert project_file((tmp_path / "link.ttf").as_uri()) == font


def test_missing_style_of_the_project_is_an_error_not_an_ugly_page():
    page = PAGE.replace("document.css", "absent.css")

    with pytest.raises(FileNotFoundError, match=r"absent\.css"):
        html_to_pdf(page, base_url=PRINT)


def test_document_says_what_it_is_and_no_dates():
    reader = pypdf.PdfReader(io.BytesIO(html_to_pdf(PAGE, base_url=PRINT)))

    assert reader.metadata == {
        "/Title": "Счет № 1",
        "/Author": "УК «Тихий океан»",
        "/Producer": f"WeasyPrint {weasyprint.__version__}",
    }
    assert str(reader.root_object["/Lang"]) == "ru"


def test_fonts_are_embedded_as_subsets():
    page: Any = pypdf.PdfReader(io.BytesIO(html_to_pdf(PAGE, base_url=PRINT))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]

    assert ["/FontFile2" in descriptor for descriptor in descriptors] == [True, True]
    names = [font["/BaseFont"].lstrip("/").partition("+") for font in fonts]
    assert [len(prefix) for prefix, _, _ in names] == [6, 6]
    assert sorted(name for _, _, name in names) == ["Document-Bold-Condensed", "Document-Condensed"]


def test_bytes_do_not_depend_on_process_or_hash_seed():
    here = hashlib.sha256(html_to_pdf(PAGE, base_url=PRINT)).hexdigest()
    script = (
        "import sys, hashlib, pathlib; from zhkh.pdf import html_to_pdf;"
        "pdf = html_to_pdf(sys.stdin.read(), base_url=pathlib.Path(sys.argv[1]));"
        "print(hashlib.sha256(pdf).hexdigest())"
    )

    elsewhere = [
        subprocess.run(
            [sys.executable, "-c", script, str(PRINT)],
            input=PAGE,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "4242")
    ]

    assert elsewhere == [here, here]


def test_bytes_do_not_depend_on_what_was_printed_before():
    first = html_to_pdf(PAGE, base_url=PRINT)
    html_to_pdf(PAGE.replace("К оплате", "<i>Иное</i> Ї ₽ ё"), base_url=PRINT)

    assert html_to_pdf(PAGE, base_url=PRINT) == first


def test_threads_print_side_by_side():
    first = html_to_pdf(PAGE, base_url=PRINT)

    with ThreadPoolExecutor(max_workers=3) as pool:
        pages = list(pool.map(lambda _: html_to_pdf(PAGE, base_url=PRINT), range(6)))

    assert pages == [first] * 6


def test_import_does_not_load_the_layout_engine():
    script = "import sys, zhkh.pdf; print('weasyprint' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
