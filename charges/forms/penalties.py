"""The day up to which the penalties of a month are counted, as it is typed."""

from django import forms

from accounts_registry.forms import DateField


class CutoffForm(forms.Form):
    as_of = DateField(
        label="Считать по день", required=False, help_text="Пусто — по последний день месяца."
    )
    counted_until = DateField(
        label="Оплаты учтены по", required=False, help_text="Пусто — все, что есть в книгах."
    )
