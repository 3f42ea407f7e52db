"""The public check of a certificate: by link, QR or code; the status word for this very moment comes first."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from certificates.file_check import recognise
from certificates.frozen import thawed
from certificates.ids import read_serial, read_token
from certificates.models import Certificate
from certificates.outcome_words import OUTCOMES
from certificates.outcomes import Outcome, of_certification
from certificates.rules import VERIFIED
from training import clock
from training.dates import day, local_day
from training.errors import Invalid, NotFound
from training.sites.models import CentralUnit
from training.web.limits import allow, caller
from training.web.pages import fill, go, page, typed

MEANS = {word: OUTCOMES[state].public for state, word in VERIFIED.items()}
OTHER_FILE = "Your file is genuine, but not letter by letter the one that we made. Trust this page and not the file."
HEADERS = {"X-Robots-Tag": "noindex", "Vary": "Accept"}


class Code(BaseModel):
    """The form that checks by code or serial number."""

    code: str = Field(title="the code", max_length=200)


async def verify(request: Request) -> Response:
    """Tells how a certificate stands right now, as a page, as JSON or as a signed token, by what the caller accepts."""
    await _limit(request)
    row = await find(request.path_params["token"])
    if row is None:
        raise NotFound("We know of no certificate with this code.", "Check the code, letter by letter.")
    told, accepted = await answer(row, clock.now()), request.headers.get("accept", "")
    if "application/jwt" in accepted:
        response = await _as_token(request, row, told)
    elif "application/json" in accepted:
        response = JSONResponse(_plain(told))
    else:
        word = told.pop("status")
        # The notice is never taken from the address here: anybody could put words into our mouth.
        notice = OTHER_FILE if request.query_params.get("file") == "other" else ""
        state = {"since": None, "until": None, "reason": ""} | told  # of a valid one there is nothing to say
        means, dates = MEANS[word], _dates(told, word)
        response = page(
            request, "certificates/verify.html", **state, word=word, means=means, dates=dates, notice=notice,
            zone=await _zone(row),
        )  # fmt: skip
    response.headers.update(HEADERS)
    return response


async def _as_token(request: Request, row: Certificate, told: dict[str, Any]) -> Response:
    facts = thawed(row.facts)
    unit = await CentralUnit.get(slug=facts.issuer_slug)
    signer = await request.app.state.keys.signer(unit, now=told["checked"])
    said = signer.answer(_plain(told), about=facts.verify_url, now=told["checked"])
    return Response(said, media_type="application/jwt")


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "checked": told["checked"].isoformat()}


async def _limit(request: Request) -> None:
    await allow("verify", caller(request), limit="120/minute", now=clock.now())


async def check(request: Request) -> Response:
    """Shows the form that checks by code or file; posted, leads to the answer."""
    if request.method == "GET":
        return page(request, "certificates/check.html")
    await _limit(request)
    content, values = await _sent(request), await typed(request)
    try:
        if content is not None:
            return await _by_file(request, content)
        row = await find(fill(Code, {"code": values.get("code", "")}).code)
        if row is None:
            raise Invalid("There is a problem", problems={"code": "We know of no certificate with this code"})
    except Invalid as error:
        problems = error.problems or {"file": f"{error.message} {error.remedy}"}
        kept = {"code": str(values.get("code", ""))}
        return page(request, "certificates/check.html", 422, problems=problems, values=kept)
    return go(request, f"/v/{row.verify_token}")


async def _sent(request: Request) -> bytes | None:
    file = (await request.form()).get("file")
    return await file.read() if isinstance(file, UploadFile) and file.filename else None


async def _by_file(request: Request, content: bytes) -> Response:
    found = await recognise(content, keys=request.app.state.keys, now=clock.now())
    row = await Certificate.get(id=found.certificate_id)
    return go(request, f"/v/{row.verify_token}" + ("" if found.same else "?file=other"))


async def find(code: str) -> Certificate | None:
    """Finds a certificate by its verify token, however it was typed, or by its serial number."""
    token, serial = read_token(code), read_serial(code)
    if token is None and serial is None:
        return None
    found = Certificate.filter(verify_token=token) if token else Certificate.filter(serial=serial)
    return await found.first().prefetch_related("certification")


async def answer(row: Certificate, now: datetime) -> dict[str, Any]:
    """Gives what the public may know: status, time of the check, and the facts as the holder lets them be shown.

    Of one that does not simply hold: since when, until when if that ends by itself, and the class of the reason.
    """
    facts = thawed(row.facts)
    outcome = await of_certification(row.certification, local_day(now, await _zone(row)))
    return {
        "status": VERIFIED[outcome.state],
        "checked": now,
        "name": _name(facts.name, row.shows),
        "title": facts.title,
        "level": facts.level,
        "programme": facts.programme,
        "valid_from": facts.valid_from.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
        "issuer": facts.issuer_name,
        "serial": row.serial,
        "criteria": facts.criteria,
        **({} if VERIFIED[outcome.state] == "valid" else _state(outcome)),
    }


def _state(outcome: Outcome) -> dict[str, str]:
    until = {"until": outcome.until.isoformat()} if outcome.until else {}
    return {"since": outcome.since.isoformat(), **until, "reason": outcome.public_reason}


def _dates(told: dict[str, Any], word: str) -> list[tuple[str, str]]:
    """Gives the days of what holds, or the days that are printed on what does not: never two states at once."""
    first, last = day(told["valid_from"]), day(told["valid_until"]) if told["valid_until"] else "no end"
    return [("From", first), ("Until", last)] if word == "valid" else [("Days printed on it", f"{first} to {last}")]


async def _zone(row: Certificate) -> str:
    """The zone in which the days of a certificate begin and end: its issuer's."""
    return (await CentralUnit.get(slug=thawed(row.facts).issuer_slug)).zone


def _name(name: str, shows: str) -> str:
    if shows == "name":
        return name
    if shows == "initials":
        return " ".join(f"{part[0]}." for part in name.split())
    return "Not shown: the holder keeps the name private"
