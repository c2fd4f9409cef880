from django.contrib.auth.models import AnonymousUser

from zhkh.web.models import User
from zhkh.web.sections import SECTIONS, Link, Section, url_or_none, visible_sections

HOME = Section("home", "Начало", "home", "web:home", "app.see")
ABSENT = Section("absent", "Нет такой", "home", "nowhere:list", "app.see")


def boss() -> User:
    return User(username="boss", is_superuser=True)


def test_menu_words_are_those_of_the_source_document() -> None:
    assert [section.label for section in SECTIONS] == [
        "Счета",
        "Дома",
        "Счётчики",
        "Начисления",
        "Перерасчёт",
        "Документы",
        "Рассылка",
        "Оплаты",
        "Касса",
        "Отчёты",
        "Справочники",
        "Сервис",
    ]


def test_section_without_a_page_is_not_shown() -> None:
    assert visible_sections(boss(), [HOME, ABSENT]) == [Link("home", "Начало", "home", "/")]


def test_guest_sees_no_section() -> None:
    assert visible_sections(AnonymousUser(), [HOME]) == []


def test_unknown_url_name_has_no_address() -> None:
    assert url_or_none("nowhere:list") is None
