"""What the user is told when a service of this folder cannot run."""

from zhkh.kernel.refusal import Refusal


class ServiceRefusal(Refusal):
    """A service cannot be started, reached or stopped; the sentence says what to do."""
