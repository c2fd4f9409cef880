import json

import pytest

from accounts_registry.ledger.periods import find_period
from accounts_registry.models import AccountArea
from charges.models import ChangedFact
from tests.cast import JULY, TihiyOkean
from tests.factories import make_organisation
from tests.priced import add_house, priced_tihiy_okean
from zhkh.commands.charge import main


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return priced_tihiy_okean()


@pytest.fixture
def incomplete(okean: TihiyOkean) -> TihiyOkean:
    """A second house, whose account has no area."""
    add_house(okean, code="second")
    AccountArea.objects.filter(account__premises__house__code="second").delete()
    return okean


def state(okean: TihiyOkean) -> str | None:
    row = find_period(organisation_id=okean.organisation.pk, period=JULY)
    return row.state if row else None


def test_a_month_becomes_a_draft(okean, capsys):
    assert main(["--period", "2013-07"]) == 0
    assert capsys.readouterr().out == "Июль 2013, УК «Тихий океан»: домов 1, с ошибками 0.\n"
    assert state(okean) == "draft"


def test_confirm_posts_it(okean, capsys):
    assert main(["--period", "2013-07", "--confirm"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Июль 2013, УК «Тихий океан»: домов 1, с ошибками 0.",
        "Месяц проведён: строк оборотов 8.",
    ]
    assert state(okean) == "posted"


def test_json_for_programs(okean, capsys):
    assert main(["--period", "2013-07", "--confirm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "period": "2013-07",
        "houses": 1,
        "problems": [],
        "posted": 8,
    }


def test_a_posted_month_is_not_possible(okean, capsys):
    main(["--period", "2013-07", "--confirm"])
    capsys.readouterr()

    assert main(["--period", "2013-07"]) == 3
    assert capsys.readouterr().err == (
        "Июль 2013 уже проведён и не пересчитывается: "
        "исправление вносится перерасчётом в открытом месяце.\n"
    )


def test_a_month_out_of_turn_is_not_posted(okean, capsys):
    main(["--period", "2013-07"])
    capsys.readouterr()

    assert main(["--period", "2013-08", "--confirm"]) == 3
    assert capsys.readouterr().err == (
        "Август 2013 нельзя провести раньше, чем Июль 2013: сначала проведите более ранний месяц.\n"
    )


def test_a_house_with_errors_ends_with_one_and_is_not_posted(incomplete, capsys):
    assert main(["--period", "2013-07", "--confirm"]) == 1

    first, problem = capsys.readouterr().out.splitlines()
    assert first == "Июль 2013, УК «Тихий океан»: домов 2, с ошибками 1."
    assert problem.startswith("Москва, Лесная, дом № second: Лицевой счёт second-1, кв. 1")
    assert state(incomplete) == "draft"


def test_errors_are_in_the_json_too(incomplete, capsys):
    assert main(["--period", "2013-07", "--confirm", "--json"]) == 1

    answer = json.loads(capsys.readouterr().out)
    assert (answer["houses"], len(answer["problems"]), answer["posted"]) == (2, 1, None)


class TestChoice:
    @pytest.mark.parametrize("period", ["июль", "2013-13", "2013-7", "9999-12", ""])
    def test_what_is_no_month_is_bad_input(self, okean, capsys, period):
        assert main(["--period", period]) == 2
        assert capsys.readouterr().err == f"--period {period}: ожидается месяц вида 2013-07.\n"

    def test_without_organisations_there_is_nothing_to_choose(self, db, capsys):
        assert main(["--period", "2013-07"]) == 2
        assert capsys.readouterr().err == "В базе нет ни одной организации: загрузите данные.\n"

    def test_one_of_several_is_named(self, okean, capsys):
        make_organisation(name="ТСЖ «Сосна»")

        assert main(["--period", "2013-07"]) == 2
        assert capsys.readouterr().err == (
            "Организаций несколько, назовите одну в --org: ТСЖ «Сосна»; УК «Тихий океан».\n"
        )
        assert main(["--period", "2013-07", "--org", "УК «Тихий океан»"]) == 0

    def test_an_unknown_organisation_is_bad_input(self, okean, capsys):
        assert main(["--period", "2013-07", "--org", "ЖЭК"]) == 2
        assert capsys.readouterr().err == ("Организации «ЖЭК» нет. Есть: УК «Тихий океан».\n")

    def test_an_organisation_without_houses_cannot_be_charged(self, okean, capsys):
        make_organisation(name="ТСЖ «Сосна»")

        assert main(["--period", "2013-07", "--org", "ТСЖ «Сосна»"]) == 3
        assert capsys.readouterr().err == (
            "У организации ТСЖ «Сосна» нет ни одного дома: добавьте дома и счета.\n"
        )


class TestGates:
    def test_a_sound_draft_is_closed_without_calculating_it(self, okean, capsys):
        main(["--period", "2013-07"])
        ChangedFact.objects.all().delete()
        capsys.readouterr()

        assert main(["--period", "2013-07", "--close"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "Июль 2013, УК «Тихий океан»:",
            "да  Месяц рассчитан",
            "да  Все дома в черновике",
            "да  Перерасчёты учтены",
            "да  Данные не менялись после расчёта",
            "да  Предыдущие месяцы проведены",
            "да  Замечания просмотрены",
            "Месяц проведён: строк оборотов 8.",
        ]
        assert state(okean) == "posted"

    def test_what_holds_it_back_is_told_and_nothing_posted(self, incomplete, capsys):
        main(["--period", "2013-07"])
        capsys.readouterr()

        assert main(["--period", "2013-07", "--close"]) == 1
        assert capsys.readouterr().out.splitlines()[2] == (
            "нет Все дома в черновике: Не рассчитано домов: 1. "
            "Исправьте данные и пересчитайте эти дома."
        )
        assert state(incomplete) == "draft"

    def test_checking_posts_nothing(self, okean, capsys):
        main(["--period", "2013-07"])

        assert main(["--period", "2013-07", "--check"]) == 0
        assert state(okean) == "draft"

    def test_gates_for_programs(self, okean, capsys):
        assert main(["--period", "2013-07", "--check", "--json"]) == 1
        first, *_ = json.loads(capsys.readouterr().out)["gates"]
        assert first == {
            "title": "Месяц рассчитан",
            "passed": False,
            "blocks": True,
            "sentence": "Июль 2013 ещё не рассчитан: сначала выполните расчёт.",
        }
