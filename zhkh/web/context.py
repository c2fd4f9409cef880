"""What the page shells show around every page."""

import dataclasses
import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from zhkh.web.sections import Link, TillLink, till_menu, url_or_none, visible_sections


@dataclasses.dataclass(frozen=True)
class Shell:
    """Lazy: a fragment for htmx, which draws no rail, pays nothing for it."""

    request: HttpRequest

    @cached_property
    def sections(self) -> list[Link]:
        return visible_sections(self.request.user)

    @cached_property
    def till_menu(self) -> list[TillLink]:
        return till_menu()

    @cached_property
    def search_url(self) -> str | None:
        """The global search, once an application offers it."""
        return url_or_none("search")

    @property
    def training_day(self) -> dt.date | None:
        """Said on every page: nobody should take the demo for the real day."""
        day: dt.date | None = settings.TRAINING_DAY
        return day

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)


def shell(request: HttpRequest) -> dict[str, object]:
    """
    Context processor: `shell` for the frame.

    A page may add `section` (key of its rail entry), `shell_period` (Period),
    `shell_organisation` (its name) and `shell_runs` (objects with title, percent and url).
    """
    return {"shell": Shell(request)}
