"""The login form, with an answer a person can act on."""

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": (
            "Имя пользователя или пароль не подошли. "
            "Проверьте раскладку клавиатуры и клавишу Caps Lock."
        ),
        "inactive": "Учётная запись отключена. Обратитесь к администратору.",
    }
