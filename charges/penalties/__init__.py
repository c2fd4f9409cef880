"""
Penalties of a month: what accrued up to a day less what earlier months posted, span by span.

The arithmetic is `charges.calc.penalty`; here are its terms from the settings and reference books,
its debts from the books, and the rows and adjustments that come out.
"""
