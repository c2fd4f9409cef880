"""Why a scenario cannot be put into a database; known without Django."""

from collections.abc import Iterable

from zhkh.kernel.refusal import Refusal


class CannotLoad(Refusal):
    """The scenario does not fit into this database: something in it has to change."""


class AccountsExist(CannotLoad):
    def __init__(self, numbers: Iterable[str]) -> None:
        super().__init__(
            f"Лицевые счета уже есть в базе: {', '.join(numbers)}. "
            "Сценарий загружается только целиком и один раз; укажите другие номера."
        )


class OrganisationExists(CannotLoad):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Организация «{name}» уже есть в базе: измените title сценария, "
            "загрузка создаёт свою организацию."
        )


class PaymentTooLate(CannotLoad):
    def __init__(self, number: str, paid_on: object, years: int) -> None:
        super().__init__(
            f"Счёт {number}: платёж {paid_on} сделан больше чем через {years} лет после "
            "расчётного месяца: книги на столько вперёд не открываются, проверьте дату."
        )


class NoMonthBefore(CannotLoad):
    def __init__(self) -> None:
        super().__init__(
            "До первого месяца календаря нечего хранить: уберите x_carried_common и услуги, которых "
            "у счёта нет, из meter_impossible."
        )


class TooLargeForDatabase(CannotLoad):
    def __init__(self) -> None:
        super().__init__(
            "Рассчитанное по сценарию не помещается в базу данных: суммы — до 12 цифр до запятой, "
            "объёмы — до 15. Уменьшите объёмы или цены."
        )


class NotAccepted(CannotLoad):
    def __init__(self, error: Exception) -> None:
        super().__init__(
            "База данных не принимает сценарий, его значения противоречат друг другу: "
            f"{' '.join(str(error).split())}"
        )


class HouseNotCalculated(Refusal):
    """The run refused a house the pure core had accepted."""


class DatabaseNotReady(Refusal):
    def __init__(self, error: Exception) -> None:
        super().__init__(
            "База данных не отвечает или не приведена к этой версии программы (zhkh migrate): "
            f"{' '.join(str(error).split())}"
        )
