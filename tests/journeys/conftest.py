"""The sample town on committed rows, its letters through the real tunnel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mailing.office import PostOffice
from tests.town import Town, sample_town, tunnel_to


@pytest.fixture
def post() -> PostOffice:
    """Where the letters arrive."""
    return PostOffice()


@pytest.fixture
def town(committed_db: None, post: PostOffice, tmp_path: Path) -> Iterator[Town]:
    with tunnel_to(post, tmp_path) as port:
        yield sample_town(tunnel_port=port)
