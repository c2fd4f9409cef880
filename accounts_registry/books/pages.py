"""Rows of a report a page at a time: counted once, read as they are turned over."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.http import urlencode


@dataclasses.dataclass(frozen=True, slots=True)
class _Rows:
    """What Django's paginator turns over: `read(offset, limit)` gives the rows of a page."""

    count_of_rows: int
    read: Callable[[int, int], Sequence[Any]]

    def __len__(self) -> int:
        return self.count_of_rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.read(0, self.count_of_rows))

    def __getitem__(self, part: Any, /) -> Any:
        return self.read(part.start, max(part.stop - part.start, 0))


def page_of(
    request: HttpRequest, count: int, read: Callable[[int, int], Sequence[Any]], *, size: int
) -> Page[Any]:
    """The page the address asks for, the nearest there is otherwise."""
    paginator: Paginator[Any] = Paginator(_Rows(count, read), size)
    return paginator.get_page(request.GET.get("page"))


def query_of(request: HttpRequest) -> str:
    """What the address asks for, without the page."""
    asked = request.GET.dict()
    return urlencode({name: value for name, value in asked.items() if value and name != "page"})
