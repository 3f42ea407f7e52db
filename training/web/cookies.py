"""Cookies that are kept inside an LMS's frame as well as in a window of our own."""

from starlette.responses import Response


def set_cookie(response: Response, name: str, value: str, *, max_age: int, secure: bool, path: str = "/") -> None:
    """Gives the browser a cookie that no script reads; with a `max_age` of 0 it forgets it.

    With https it is partitioned (CHIPS): in an LMS's frame it lives in the jar of that frame alone, as Safari and
    Firefox ask for, and Chrome where third-party cookies are blocked. Starlette writes that attribute on Python 3.14
    and later only. Source: https://github.com/privacycg/CHIPS and
    https://developer.mozilla.org/en-US/docs/Web/Privacy/Guides/Third-party_cookies/Partitioned_cookies
    """
    parts = [f"{name}={value}", f"Path={path}", "HttpOnly", f"Max-Age={max_age}"]
    parts += ["Secure", "SameSite=None", "Partitioned"] if secure else ["SameSite=Lax"]
    response.headers.append("Set-Cookie", "; ".join(parts))
