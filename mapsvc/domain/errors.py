"""The one error tree of the domain; the web maps it to HTTP in a single table, the domain knows no status code."""


class DomainError(Exception):
    """Something that a caller asked for cannot be done; `code` names why, `params` carry the facts for a sentence."""

    def __init__(self, message: str, *, code: str = "", **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.params = params


class Invalid(DomainError):
    """A value breaks a rule; `pointer` is a JSON pointer or a field name that says where."""

    def __init__(self, message: str, pointer: str = "", *, code: str = "invalid", **params: object) -> None:
        super().__init__(message, code=code, **params)
        self.pointer = pointer


class NotFound(DomainError):
    """The record does not exist or is not visible to the one who asks; the two are told apart nowhere."""


class Merged(DomainError):
    """The record lives on in another one; `slug` names it."""

    def __init__(self, slug: str) -> None:
        super().__init__("merged into another record", code="merged")
        self.slug = slug


class Forbidden(DomainError):
    """The actor may not do this."""


class Stale(DomainError):
    """The record changed since the caller read it; nothing was written."""


class VersionRequired(DomainError):
    """A change of an existing record came without the version it was based on."""


class Conflict(DomainError):
    """The request contradicts what is stored, such as one idempotency key with two bodies or a decision taken twice."""


class TooMany(DomainError):
    """More requests than the stated limit; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, code="too_many", retry_after=retry_after)
        self.retry_after = retry_after


class TooLarge(DomainError):
    """The file or text exceeds a stated limit."""


class UnsupportedType(DomainError):
    """The file is of a kind that is not accepted."""


class Unavailable(DomainError):
    """A part of the service is away for a moment; nothing is confirmed as saved."""
