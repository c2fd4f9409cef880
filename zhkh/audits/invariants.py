"""
Which invariants of money (reliability, §4) each audit proves, and what holds the others.

`HELD` says what makes a violation impossible or where it is proven instead.
"""

PROVEN = {
    "months-in-turn": ("I-2",),
    "turnover-posted": ("I-12",),
    "turnover-chain": ("I-2", "I-3"),
    "turnover-charged": ("I-23",),
    "turnover-paid": ("I-6",),
    "turnover-adjusted": ("I-22",),
    "balance-adds-up": ("I-2", "I-3", "I-6"),
    "balance-settles": ("I-6",),
    "payment-lines": ("I-6",),
    "payment-line-place": ("I-6", "I-44"),
    "payment-month": ("I-12", "I-46"),
    "reversal-mirrors": ("I-8",),
    "reversal-day": ("I-9",),
    "adjustment-reversal": ("I-8",),
    "transfer-whole": ("I-33",),
    "operation-organisation": ("I-44",),
    "written-in-time": ("I-12",),
    "own-services": ("I-44",),
    "recalculated-copies": ("I-22",),
    "benefit-copies": ("I-22",),
    "penalty-shares": ("I-22",),
    "benefit-within-charge": ("I-36",),
    "readings-rise": ("I-48",),
    "no-floats": ("I-47",),
    "charge-inputs": ("I-16",),
    "recompute": ("I-16",),
    "document-posted": ("I-23",),
    "document-charged": ("I-23",),
    "document-opening": ("I-24",),
    "document-lines": ("I-23", "I-25"),
    "document-figures": ("I-24",),
    "document-last-payment": ("I-26",),
    "document-versions": ("I-27",),
    "receipt-numbers": ("I-30",),
    "receipt-payments": ("I-28",),
    "receipt-day": ("I-28",),
    "receipt-cash": ("I-28",),
    "batch-rows": ("I-40",),
    "batch-finished": ("I-40",),
    "letter-document": ("I-41",),
    "letter-once": ("I-39",),
    "letter-history": ("I-39",),
}

_SUBJECTS = {
    "Месяцы и обороты": ("months", "turnover"),
    "Остатки": ("balance",),
    "Оплаты и отмены": ("payment", "reversal"),
    "Операции с книгами": ("adjustment", "transfer", "operation", "written", "own"),
    "Перерасчёты, льготы, пени": ("recalculated", "benefit", "penalty"),
    "Начисления": ("charge", "recompute", "readings", "no"),
    "Платёжные документы": ("document",),
    "Касса": ("receipt",),
    "Рассылка": ("batch", "letter"),
}
SUBJECT_OF = {
    code: subject
    for code in PROVEN
    for subject, beginnings in _SUBJECTS.items()
    if code.partition("-")[0] in beginnings
}  # what an audit is about, in the words of the page

HELD = {
    "I-1": "остаток не хранится отдельно от записей",
    "I-4": "ключ платежа единственный, держит база",
    "I-5": "тот же ключ с другой суммой отклоняется, проверено тестами",
    "I-7": "ненулевые копейки одного знака держит база",
    "I-10": "отмены в кассе ещё нет",
    "I-11": "операция без основания невозможна, держит база",
    "I-13": "строки проведённого месяца база не меняет",
    "I-14": "повторный расчёт даёт тот же отпечаток, проверено тестами",
    "I-15": "строка начисления — ключ таблицы",
    "I-17": "тарифы одного дня не пересекаются, держит база",
    "I-18": "объём дома делится по профилю округления, остаток хранится",
    "I-19": "доли денег складываются в целое, проверено свойствами",
    "I-20": "порядок строк ничего не меняет, проверено свойствами",
    "I-21": "части месяца складываются в месяц, проверено свойствами",
    "I-29": "выгрузки DBF ещё нет",
    "I-31": "банковских реестров ещё нет",
    "I-32": "неопознанных денег ещё нет: платёж всегда имеет счёт",
    "I-34": "двойной записи нет: книга одна",
    "I-35": "предоплаты в кассе ещё нет",
    "I-37": "основание и дни пени проверены независимым расчётом в тестах",
    "I-38": "цепочки отпечатков касс ещё нет",
    "I-42": "письмо без способа доставки по почте не ставится в очередь",
    "I-43": "сертификатов касс ещё нет",
    "I-45": "пределы сумм держит база",
}
