import pytest
from django.db import IntegrityError

from zhkh.web.models import User


def test_short_name_is_surname_with_initials() -> None:
    user = User(last_name="Леонтьева", first_name="Ирина", patronymic="Сергеевна")

    assert user.short_name == "Леонтьева И. С."


def test_short_name_without_patronymic() -> None:
    assert User(last_name="Леонтьева", first_name="Ирина").short_name == "Леонтьева И."


def test_nameless_user_is_called_by_login() -> None:
    assert User(username="kassa3").short_name == "kassa3"


def test_initials_of_a_nameless_user_come_from_the_login() -> None:
    assert User(username="kassa3").initials == "KA"


@pytest.mark.django_db
def test_language_is_one_of_the_known() -> None:
    with pytest.raises(IntegrityError, match="user_speaks_a_known_language"):
        User.objects.create(username="hans", language="de")
