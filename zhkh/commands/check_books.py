"""`zhkh check-books`: «Сверка» in the console."""

import argparse
import json

from zhkh.audits.audit import Finding
from zhkh.audits.check import audit_books
from zhkh.audits.recomputation import recompute


def main(argv: list[str]) -> int:
    """0 the books agree; 1 differences were found and printed."""
    parser = argparse.ArgumentParser(prog="zhkh check-books", description="Сверить книги.")
    parser.add_argument("--recompute", action="store_true", help="пересчитать сохранённые дома")
    parser.add_argument("--json", action="store_true", help="ответ для программы")
    options = parser.parse_args(argv)
    results = [*audit_books(), *([recompute()] if options.recompute else [])]
    found = sum(len(findings) for _, findings in results)
    if options.json:
        print(_as_json(results))
        return 1 if found else 0
    for title, findings in results:
        print(f"{'расходится' if findings else 'сходится':>10}  {title}")
        for finding in findings:
            print(f"{'':>12}{finding.text}")
    print(f"Расхождений: {found}." if found else "Книги сходятся.")
    return 1 if found else 0


def _as_json(results: list[tuple[str, list[Finding]]]) -> str:
    rows = [
        {"audit": title, "findings": [finding.text for finding in findings]}
        for title, findings in results
    ]
    return json.dumps(rows, ensure_ascii=False)
