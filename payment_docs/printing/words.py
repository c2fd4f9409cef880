"""The words of the forms in the languages they are printed in."""

import dataclasses
import datetime as dt
import functools
from decimal import Decimal
from typing import Any

from payment_docs.details import Currency, Language
from zhkh.kernel.money import format_money
from zhkh.kernel.period import Period

_RU_MONTHS = (
    "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь",
    "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
)  # fmt: skip
_UK_MONTHS = (
    "Січень", "Лютий", "Березень", "Квітень", "Травень", "Червень",
    "Липень", "Серпень", "Вересень", "Жовтень", "Листопад", "Грудень",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Texts with {} take figures or the currency; a table is its title and its columns."""

    months: tuple[str, ...]
    title: str
    account: str
    page: str
    of_pages: str
    parties: str
    payer: str
    address: str
    area: str
    square_metres: str
    residents: str
    persons: str
    executor: str
    centre: str
    hours: str
    contacts: str
    payees: str
    payee: str
    payee_requisites: str
    payee_account: str
    payee_amount: str
    payee_with_balance: str
    advance: str
    debt: str
    last_payment: str
    never_paid: str
    counted: str
    total: str
    total_with_advance: str
    total_with_debt: str
    due: str
    calculation: str
    services: str
    unit: str
    volume: str
    individual: str
    common: str
    tariff: str
    charge: str
    charged: str
    recalculated: str
    benefits: str
    total_column: str
    whole: str
    reference: str
    norms: str
    readings: str
    house_volumes: str
    table_total: str
    housing: str
    communal: str
    other: str
    house_common: str
    house_residents: str
    house_premises: str
    house_total: str
    footnote: str
    marks: tuple[str, ...]
    legend: str
    pay_by_code: str
    scan_account: str
    number: str
    version: str
    month_ago: str
    most: str
    same_as_before: str
    more_than_before: str
    less_than_before: str
    most_changed: str
    consumption: str
    uplifts: tuple[str, ...]
    instalments: tuple[str, ...]
    agreement: str
    recalculations: tuple[str, ...]
    benefit_rows: tuple[str, ...]


RUSSIAN = Words(
    months=_RU_MONTHS,
    title="Счет на оплату ЖКУ за {} г.",
    account="Лицевой счет",
    page="Страница",
    of_pages="из",
    parties="Сведения о плательщике и исполнителе услуг",
    payer="Плательщик",
    address="Адрес",
    area="Площадь помещения",
    square_metres="кв. м",
    residents="Количество проживающих",
    persons="чел.",
    executor="Исполнитель услуг",
    centre="Расчетный центр",
    hours="Режим работы",
    contacts="Вопросы по документу",
    payees="Информация для внесения платы получателю платежа (получателям платежей)",
    payee="Наименование получателя платежа",
    payee_requisites="Номер банковского счета и банковские реквизиты",
    payee_account="№ лицевого счета (иной идентификатор плательщика)",
    payee_amount="Сумма к оплате за расчетный период, {}",
    payee_with_balance="С учетом долга или аванса, {}",
    advance="Аванс",
    debt="Задолженность",
    last_payment="Последняя оплата",
    never_paid="не поступала",
    counted="(учтены платежи, поступившие до {} включительно)",
    total="Итого к оплате за расч. период",
    total_with_advance="Итого к оплате с учетом аванса",
    total_with_debt="Итого к оплате с учетом задолженности",
    due="Оплатить до {} включительно",
    calculation="Расчет размера платы за содержание и ремонт жилого помещения и коммунальные услуги",
    services="Виды услуг",
    unit="Ед. изм.",
    volume="Объем коммун. услуг*",
    individual="Индив. потребл.",
    common="Общедом. нужды",
    tariff="Тариф {0}/ед. изм. Размер платы на кв. м, {0}",
    charge="Размер платы за ком. услуги, {}",
    charged="Всего начислено за расчетный период, {}",
    recalculated="Перерасчеты всего, {}",
    benefits="Льготы, субсидии, {}",
    total_column="Итого к оплате за расчетный период, {}",
    whole="Всего",
    reference="Справочная информация",
    norms="Норматив потребления коммунальных услуг",
    readings="Текущие показания приборов учета коммунальных услуг",
    house_volumes="Суммарный объем коммунальных услуг в доме",
    table_total="Итого к оплате за расчетный период",
    housing="Жилищные услуги",
    communal="Коммунальные услуги",
    other="Прочие",
    house_common="Площадь помещений в общей собственности",
    house_residents="количество проживающих в доме",
    house_premises="площадь помещений (жилых и нежилых)",
    house_total="общая площадь дома",
    footnote="* Объем коммунальных услуг определен: ",
    marks=(
        "по нормативам",
        "по нормативам с повышающим коэффициентом при отсутствии ПУ",
        "по показаниям ИПУ",
        "по среднему",
        "по показаниям ОПУ",
    ),
    legend=(
        "Справочная информация: 1 - норматив в жилых помещениях, 2 - норматив на общедомовые "
        "нужды, 3 - показания индивидуальных (квартирных) приборов, 4 - показания коллективных "
        "(общедомовых) приборов, 5 - объем в помещениях дома, 6 - объем на общедомовые нужды"
    ),
    pay_by_code="Оплата по QR-коду",
    scan_account="Для кассы",
    number="Документ № {}",
    version=", версия {}",
    month_ago="месяц назад",
    most="самое большое за год",
    same_as_before="За расчетный период начислено столько же, сколько в прошлом месяце: {} {}.",
    more_than_before="За расчетный период начислено на {} {} больше, чем в прошлом месяце ({} {})",
    less_than_before="За расчетный период начислено на {} {} меньше, чем в прошлом месяце ({} {})",
    most_changed="; сильнее всего изменилась плата «{}»: {} {} вместо {} {}.",
    consumption="Потребление за 12 месяцев",
    uplifts=(
        "Превышение платы из-за повышающего коэффициента",
        "Услуга",
        "Повышающий коэффициент",
        "Размер превышения, {}",
    ),
    instalments=(
        "Сведения о рассрочке",
        "Рассрочка",
        "Платы за месяц, {}",
        "Платы за прошлые месяцы, {}",
        "Проценты, % годовых",
        "Проценты, {}",
        "К оплате, {}",
        "Остаток, {}",
    ),
    agreement="Соглашение № {}",
    recalculations=(
        "Сведения о перерасчетах",
        "Услуга",
        "За месяц",
        "Основание перерасчета",
        "Сумма, {}",
    ),
    benefit_rows=(
        "Льготы и субсидии",
        "Услуга",
        "Категория льготы, субсидия",
        "Уменьшение платы, {}",
    ),
)

UKRAINIAN = Words(
    months=_UK_MONTHS,
    title="Рахунок на оплату житлово-комунальних послуг за {} р.",
    account="Особовий рахунок",
    page="Сторінка",
    of_pages="з",
    parties="Відомості про платника та виконавця послуг",
    payer="Платник",
    address="Адреса",
    area="Площа приміщення",
    square_metres="кв. м",
    residents="Кількість мешканців",
    persons="ос.",
    executor="Виконавець послуг",
    centre="Розрахунковий центр",
    hours="Режим роботи",
    contacts="Питання щодо документа",
    payees="Інформація для внесення плати отримувачу платежу (отримувачам платежів)",
    payee="Найменування отримувача платежу",
    payee_requisites="Номер банківського рахунку та банківські реквізити",
    payee_account="№ особового рахунку (інший ідентифікатор платника)",
    payee_amount="Сума до сплати за розрахунковий період, {}",
    payee_with_balance="З урахуванням боргу або авансу, {}",
    advance="Аванс",
    debt="Заборгованість",
    last_payment="Остання оплата",
    never_paid="не надходила",
    counted="(враховано платежі, що надійшли до {} включно)",
    total="Усього до сплати за розр. період",
    total_with_advance="Усього до сплати з урахуванням авансу",
    total_with_debt="Усього до сплати з урахуванням заборгованості",
    due="Сплатити до {} включно",
    calculation="Розрахунок плати за утримання і ремонт житла та комунальні послуги",
    services="Види послуг",
    unit="Од. вим.",
    volume="Обсяг комун. послуг*",
    individual="Індив. спожив.",
    common="Загально- будинк.",
    tariff="Тариф {0}/од. вим. Розмір плати на кв. м, {0}",
    charge="Розмір плати за ком. послуги, {}",
    charged="Усього нараховано за розрахунковий період, {}",
    recalculated="Перерахунки всього, {}",
    benefits="Пільги, субсидії, {}",
    total_column="Усього до сплати за розрахунковий період, {}",
    whole="Усього",
    reference="Довідкова інформація",
    norms="Норматив споживання комунальних послуг",
    readings="Поточні показники приладів обліку комунальних послуг",
    house_volumes="Сумарний обсяг комунальних послуг у будинку",
    table_total="Усього до сплати за розрахунковий період",
    housing="Житлові послуги",
    communal="Комунальні послуги",
    other="Інші",
    house_common="Площа приміщень у спільній власності",
    house_residents="кількість мешканців будинку",
    house_premises="площа приміщень (житлових і нежитлових)",
    house_total="загальна площа будинку",
    footnote="* Обсяг комунальних послуг визначено: ",
    marks=(
        "за нормативами",
        "за нормативами з підвищувальним коефіцієнтом за відсутності приладу",
        "за показниками індивідуального приладу",
        "за середнім",
        "за показниками загальнобудинкового приладу",
    ),
    legend=(
        "Довідкова інформація: 1 - норматив у житлових приміщеннях, 2 - норматив на "
        "загальнобудинкові потреби, 3 - показники індивідуальних приладів, 4 - показники "
        "загальнобудинкових приладів, 5 - обсяг у приміщеннях будинку, 6 - обсяг на "
        "загальнобудинкові потреби"
    ),
    pay_by_code="Оплата за QR-кодом",
    scan_account="Для каси",
    number="Документ № {}",
    version=", версія {}",
    month_ago="місяць тому",
    most="найбільше за рік",
    same_as_before="За розрахунковий період нараховано стільки ж, скільки минулого місяця: {} {}.",
    more_than_before=(
        "За розрахунковий період нараховано на {} {} більше, ніж минулого місяця ({} {})"
    ),
    less_than_before=(
        "За розрахунковий період нараховано на {} {} менше, ніж минулого місяця ({} {})"
    ),
    most_changed="; найбільше змінилася плата «{}»: {} {} замість {} {}.",
    consumption="Споживання за 12 місяців",
    uplifts=(
        "Перевищення плати через підвищувальний коефіцієнт",
        "Послуга",
        "Підвищувальний коефіцієнт",
        "Розмір перевищення, {}",
    ),
    instalments=(
        "Відомості про розстрочення",
        "Розстрочення",
        "Плати за місяць, {}",
        "Плати за минулі місяці, {}",
        "Відсотки, % річних",
        "Відсотки, {}",
        "До сплати, {}",
        "Залишок, {}",
    ),
    agreement="Угода № {}",
    recalculations=(
        "Відомості про перерахунки",
        "Послуга",
        "За місяць",
        "Підстава перерахунку",
        "Сума, {}",
    ),
    benefit_rows=(
        "Пільги та субсидії",
        "Послуга",
        "Категорія пільги, субсидія",
        "Зменшення плати, {}",
    ),
)

_WORDS = {Language.RUSSIAN: RUSSIAN, Language.UKRAINIAN: UKRAINIAN}
_SHORT_MONEY = {
    (Currency.ROUBLE, Language.RUSSIAN): "руб.",
    (Currency.HRYVNIA, Language.RUSSIAN): "грн",
    (Currency.ROUBLE, Language.UKRAINIAN): "руб.",
    (Currency.HRYVNIA, Language.UKRAINIAN): "грн",
}


_PRICED = (
    "payee_amount",
    "payee_with_balance",
    "tariff",
    "charge",
    "charged",
    "recalculated",
    "benefits",
    "total_column",
)


_TABLES = ("uplifts", "instalments", "recalculations", "benefit_rows")


@functools.cache
def words_of(language: Language, currency: Currency) -> Words:
    """The words of a language, its columns of money named after the currency."""
    words = _WORDS[language]
    unit = money_word(currency, language)
    named: dict[str, Any] = {name: getattr(words, name).format(unit) for name in _PRICED}
    for name in _TABLES:
        named[name] = tuple(title.format(unit) for title in getattr(words, name))
    return dataclasses.replace(words, **named)


def money_word(currency: Currency, language: Language) -> str:
    """«руб.» or «грн»."""
    return _SHORT_MONEY[currency, language]


def month_title(period: Period, words: Words) -> str:
    """«Июль 2013»."""
    return f"{words.months[period.month - 1]} {period.year}"


def day(date: dt.date) -> str:
    return f"{date:%d.%m.%Y}"


def sum_words(amount: Decimal, unit: str) -> str:
    """«2 447,90 руб.»."""
    return f"{format_money(amount)} {unit}"
