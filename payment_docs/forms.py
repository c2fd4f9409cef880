"""The filter over the documents of a month."""

from django import forms

from accounts_registry.models import House, Organisation

DELIVERIES = [
    ("", "Любая"),
    ("email", "По e-mail"),
    ("paper", "На бумаге"),
    ("no_address", "Без адреса"),
]


class DocumentFilter(forms.Form):
    """A value that is not offered filters nothing."""

    house = forms.ModelChoiceField(
        label="Дом", queryset=House.objects.none(), required=False, empty_label="Все"
    )
    delivery = forms.ChoiceField(label="Доставка", choices=DELIVERIES, required=False)
    q = forms.CharField(label="Найти в списке", required=False, max_length=200)

    def __init__(self, organisation: Organisation, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        houses = self.fields["house"]
        assert isinstance(houses, forms.ModelChoiceField)
        houses.queryset = House.objects.filter(organisation=organisation)

    def chosen(self) -> dict[str, str]:
        """What is really filtered by, as it stands in the address."""
        self.is_valid()
        return {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)}
