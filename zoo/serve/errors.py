"""A refused request: a status, and one sentence for the person who sent it."""

from __future__ import annotations

from zoo.errors import one_line


class RequestError(Exception):
    """A request that is not answered.

    Args:
        status: of HTTP: 404, 413, 422, 429, 503, ...
        message: one sentence: what is wrong, and what would be right.
        retry: seconds after which to try again; None where trying again does not help.
    """

    def __init__(self, status: int, message: str, retry: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.retry = status, one_line(message), retry

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the response."""
        return {} if self.retry is None else {"Retry-After": str(self.retry)}


def invalid(message: str) -> RequestError:
    """A request whose content is wrong: 422."""
    return RequestError(422, message)
