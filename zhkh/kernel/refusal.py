"""What a user is told when something cannot be done."""


class Refusal(Exception):
    """
    A request the rules do not allow.

    `str(refusal)` is one sentence for the user in Russian: where, what is wrong, what to do.
    Every application derives its own refusals from this class; edges show the sentence.
    """
