"""
«Сверка»: do the books, the charges, the documents, the desk and the post say the same?

One list for the command, for tests and for the nightly run.
"""

from zhkh.audits.audit import Audit, Finding
from zhkh.audits.check import AUDITS, audit_books
from zhkh.audits.recomputation import recompute

__all__ = ["AUDITS", "Audit", "Finding", "audit_books", "recompute"]
