"""What mailing cannot do, in the user's words."""

from zhkh.kernel.refusal import Refusal


class MailingRefusal(Refusal):
    """The post does not do this."""


class AccountCannotSend(MailingRefusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Учётная запись «{name}» не используется для отправки: включите флажок"
            " «Использовать для отправки» в её карточке."
        )


class PasswordNeeded(MailingRefusal):
    def __init__(self, name: str) -> None:
        super().__init__(f"Введите пароль учётной записи «{name}»: он не запомнен.")


class NoMailAccount(MailingRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Нет учётной записи для отправки: добавьте системную учётную запись"
            " (Сервис → Учётные записи электронной почты)."
        )


class RowHasMoved(MailingRefusal):
    def __init__(self) -> None:
        super().__init__("Состояние письма уже изменилось: обновите страницу и решите ещё раз.")


class BatchIsFinished(MailingRefusal):
    def __init__(self) -> None:
        super().__init__("Рассылка завершена: останавливать нечего.")
