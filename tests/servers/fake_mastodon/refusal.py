"""Errors, as the server words them."""

from typing import Any

from aiohttp import web

BUSY = "There was a temporary problem serving your request, please try again"


class Refusal(Exception):
    """Becomes an answer `{"error": …}`."""

    def __init__(self, status: int, error: str, **more: Any) -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, **more}

    def answer(self) -> web.Response:
        return web.json_response(self.body, status=self.status)


def not_found() -> Refusal:
    return Refusal(404, "Record not found")


def invalid(problem: str) -> Refusal:
    """`problem` names the field and what is wrong with it."""
    return Refusal(422, f"Validation failed: {problem}")


def busy() -> Refusal:
    return Refusal(503, BUSY)
