"""Pictures at the head of documents."""

import functools

from payment_docs.models import DocumentLogo


@functools.lru_cache(maxsize=64)
def logo_of(sha256: str) -> bytes:
    """
    The PNG with this hash.

    :raises DocumentLogo.DoesNotExist: there is none; logos are never removed.
    """
    return bytes(DocumentLogo.objects.get(sha256=sha256).content)
