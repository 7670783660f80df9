"""The one error of the start-up code. Errors of the product's own rules live in `mapsvc.domain.errors`."""


class OperationError(Exception):
    """Something outside the program stops it; the message is one sentence that says what to do."""
