"""The public check of a certificate: by link, square, serial and name, or file; the word for this very moment first."""

import asyncio
import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from certificates.credentials import urls
from certificates.credentials.artefacts import BADGE, Damaged
from certificates.credentials.facts import CertificateFacts
from certificates.credentials.integrity import facts_of, proven
from certificates.credentials.publish import credential_of
from certificates.decisions.outcomes import newer_certificate, of_certificate, of_certification
from certificates.evaluations.models import Certificate
from certificates.evaluations.outcome_text import OUTCOMES
from certificates.evaluations.standing import VERIFIED
from certificates.imports.models import EarlierCertificate, plain_number
from certificates.verification.resources import CheckResources
from certificates.verification.typed_codes import LONGEST, Typed, is_family_name, read_code, read_tokens
from certificates.verification.uploads import recognise
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import Invalid, NotFound, Upstream
from training.core.languages import translations
from training.sites.models import CentralUnit
from training.web.languages import chosen_language
from training.web.rate_limits import allow, caller
from training.web.render import form_data, redirect, render, validate

MEANS = {word: OUTCOMES[state].public for state, word in VERIFIED.items()}
OLD_KEY = (
    "This code was signed with a key that is no longer trusted. What stands here is from our records, "
    "not from the code."
)
HEADERS = {"X-Robots-Tag": "noindex", "Vary": "Accept"}
SEAT_SECONDS = 15
LARGEST_JSON = 10_000  # bytes
NOT_FOUND = "We know of no certificate with this code. Look at it again, letter by letter"
NAME_TOO = "Enter the holder's family name too. Anybody could guess a number"
NO_MATCH = "We know of no certificate with this serial number and this family name"


class Code(BaseModel):
    """The form that checks by code, or by serial number and family name."""

    code: str = Field(title="the link, code or serial number", max_length=LONGEST)
    family_name: str = Field("", title="the family name", max_length=200)


async def verify(request: Request) -> Response:
    """Tells how a certificate stands right now, as a page, as JSON or as a signed token, by what the caller accepts."""
    await _limit(request)
    row = await _by_token(read_tokens(request.path_params["token"]))
    if row is None:
        raise NotFound("We know of no certificate with this code.", "Check the code, letter by letter.")
    return await _answer(request, row, named_by_token=True)


async def answer_by_link(request: Request, row: Certificate) -> Response:
    """Shows how a certificate stands to somebody whom its holder gave a link; what it shows leads to no other link."""
    return await _answer(request, row)


async def _answer(request: Request, row: Certificate, *, named_by_token: bool = False, file: str = "") -> Response:
    """Answers in the form that the caller accepts; only whoever has the token gets anything that holds it."""
    given, now = CheckResources.of(request), clock.now()
    try:
        facts = await proven(row, keys=given.keys, store=given.store, now=now)
    except Damaged as error:
        if not _wants(request, "json"):
            raise
        return _with_headers(JSONResponse({"status": "damaged", "detail": f"{error.message} {error.remedy}"}, 409))
    if named_by_token and _wants(request, "vc"):
        return _with_headers(await _as_credential(request, row))
    told = await answer(row, facts, now, leads_on=named_by_token and row.leads_on)
    if named_by_token and _wants(request, "jwt"):
        return _with_headers(await _as_token(request, facts, told))
    if _wants(request, "json"):
        return _with_headers(JSONResponse(_plain(told) | ({"file": file} if file else {})))
    word = told.pop("status")
    # The notice is never taken from the address here: anybody could put words into our mouth.
    warning = OLD_KEY if request.query_params.get("code") == "untrusted" else ""
    state = {
        "since": None,
        "until": None,
        "reason": "",
        "newer": "",
        "award": "",
    } | told  # of a valid one there is nothing to say
    state["of_site"] = state.pop("holder", "") == "organisation"
    shown = {"word": word, "means": MEANS[word], "dates": _dates(told, word, request), "notice": "", "zone": facts.zone}
    shown["unit"] = await CentralUnit.get_or_none(slug=facts.issuer_slug)
    changed = request.query_params.get("file") == "other"
    shown["card"] = _card(row, facts) if named_by_token and not changed else None
    return _with_headers(
        render(request, "verification/verify.html", **state, **shown, changed=changed, warning=warning)
    )


def _card(row: Certificate, facts: CertificateFacts) -> dict[str, str]:
    """Gives what a link to the check shows where it is shared: no state, as that is kept for long by others."""
    name = _name(facts.name, row.shows) if row.shows != "private" and row.bare_sha256 is None else ""
    return {
        "url": facts.verify_url,
        "title": ": ".join(filter(None, [name, facts.title])),
        "description": f"Issued by {facts.issuer_name}. Open the link to see how it stands today.",
        "image": f"{urls.achievement_page(facts.home, facts.achievement_slug)}/badge.png",
    }


async def _as_credential(request: Request, row: Certificate) -> Response:
    """Gives the signed badge, where the holder lets whoever has the link have it."""
    if not row.opens_badge:
        return JSONResponse({"detail": "The holder does not give the badge away. Ask them for the file."}, 403)
    content = await credential_of(row, BADGE, store=CheckResources.of(request).store)
    return Response(content, media_type="application/vc")


async def _as_token(request: Request, facts: CertificateFacts, told: dict[str, Any]) -> Response:
    unit = await CentralUnit.get(slug=facts.issuer_slug)
    signer = await CheckResources.of(request).keys.signer(unit, now=told["checked"])
    said = signer.answer(_plain(told), about=facts.verify_url, now=told["checked"])
    return Response(said, media_type="application/jwt")


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "checked": told["checked"].isoformat()}


def _wants(request: Request, kind: str) -> bool:
    return f"application/{kind}" in request.headers.get("accept", "")


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


async def _limit(request: Request) -> None:
    await allow("verify", caller(request), limit="120/minute", now=clock.now())


async def check(request: Request) -> Response:
    """Shows the form that checks by code or file; posted, answers, or leads to the answer."""
    if request.method == "GET":
        return render(request, "verification/check.html")
    await _limit(request)
    values: dict[str, Any] = {}
    try:
        if (file := await _file(request)) is not None:
            return await _by_file(request, file)
        values = await _values(request)
        return await _by_code(request, validate(Code, values))
    except Invalid as error:
        problems = error.problems or {"file": str(error)}
    if _wants(request, "json"):
        return JSONResponse({"problems": problems}, 422)
    kept = {name: str(values.get(name, "")) for name in Code.model_fields}
    return render(request, "verification/check.html", 422, problems=problems, values=kept)


async def _file(request: Request) -> UploadFile | None:
    file = (await request.form()).get("file")
    return file if isinstance(file, UploadFile) and file.filename else None


async def _values(request: Request) -> dict[str, Any]:
    """Gives what was typed, or sent as an object of JSON."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return await form_data(request)
    body = await request.body()
    try:
        found = json.loads(body) if len(body) <= LARGEST_JSON else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid("There is a problem", problems={"code": "Send an object with code and family_name"})
    return {name: str(found.get(name, "")).replace("\0", "") for name in Code.model_fields}


async def _by_file(request: Request, file: UploadFile) -> Response:
    """Checks a file; only a few are in memory at once, however many are sent."""
    given = CheckResources.of(request)
    try:
        async with asyncio.timeout(SEAT_SECONDS):
            await given.file_seats.acquire()
    except TimeoutError as error:
        raise Upstream("Many files are being checked just now.", "Try again in a minute.") from error
    try:
        found = await recognise(await file.read(), store=given.store)
    finally:
        given.file_seats.release()
        await file.close()
    row = await Certificate.get(id=found.certificate_id).prefetch_related("certification")
    if _wants(request, "json"):
        return await _answer(request, row, file="same" if found.same else "changed")
    return redirect(request, f"/v/{row.verify_token}" + ("" if found.same else "?file=other"))


async def _by_code(request: Request, asked: Code) -> Response:
    read = read_code(asked.code)
    if (read is None or read.kind == "serial") and (old := await _by_old_number(request, asked)):
        return old
    if read is None:
        raise Invalid("There is a problem", problems={"code": NOT_FOUND})
    if read.kind == "square":
        return redirect(request, f"/q/{read.readings[0]}")
    if read.kind == "token":
        row = await _by_token(read.readings)
        if row is None:
            raise Invalid("There is a problem", problems={"code": NOT_FOUND})
        return redirect(request, f"/v/{row.verify_token}")
    # The answer stands here, at an address that does not hold the token: the number alone would lead to it.
    return await _answer(request, await _by_serial(request, read, asked.family_name))


async def _by_serial(request: Request, read: Typed, family_name: str) -> Certificate:
    """Finds a certificate whose holder's name is known too; a wrong name and a wrong number answer alike."""
    if not family_name.strip():
        raise Invalid("There is a problem", problems={"family_name": NAME_TOO})
    now = clock.now()
    await allow("verify by serial", caller(request), limit="30/hour", now=now)
    row = await Certificate.filter(serial__in=read.readings, bare_sha256__isnull=True).order_by("serial").first()
    # By what is tried, not by how it was typed: one number has many spellings, and each would have tries of its own.
    await allow("verify a serial", row.serial if row else min(read.readings), limit="20/day", now=now)
    name = facts_of(row).name if row else "Nobody Here"
    if not is_family_name(family_name, name) or row is None:
        raise Invalid("There is a problem", problems={"family_name": NO_MATCH})
    await row.fetch_related("certification")
    return row


async def _by_old_number(request: Request, asked: Code) -> Response | None:
    """Answers for a certificate that was issued before this service, by its old number and the family name."""
    number, now = plain_number(asked.code), clock.now()
    if not number or not asked.family_name.strip():
        return None
    rows = await EarlierCertificate.filter(plain_number=number).prefetch_related("certification__programme", "unit")
    if not rows:
        return None
    await allow("verify by serial", caller(request), limit="30/hour", now=now)
    await allow("verify a serial", number, limit="20/day", now=now)
    found = next((row for row in rows if is_family_name(asked.family_name, row.name)), None)
    if found is None:
        raise Invalid("There is a problem", problems={"family_name": NO_MATCH})
    return await _answer_earlier(request, found, now)


async def _answer_earlier(request: Request, row: EarlierCertificate, now: datetime) -> Response:
    """Tells how an imported certification stands now, who issued it, and when it was brought in."""
    certification, zone = row.certification, row.unit.zone
    outcome = await of_certification(certification, local_day(now, zone))
    word = VERIFIED[outcome.state]
    ends = outcome.until.isoformat() if outcome.until else None
    why = {"since": outcome.since.isoformat(), "until": ends, "reason": outcome.public_reason}
    told: dict[str, Any] = {
        "checked": now, "name": row.name, "level": certification.level_title,
        "programme": certification.programme.title, "issuer": row.issuer, "serial": row.number,
        "before": f"Issued before this service by {row.issuer}, imported on {day(local_day(row.imported, zone))}.",
        "valid_from": certification.starts.isoformat(),
        "valid_until": certification.ends.isoformat() if certification.ends else None,
        **(why if word != "valid" else dict.fromkeys(why)),
    }  # fmt: skip
    if _wants(request, "json"):
        return _with_headers(JSONResponse(_plain({"status": word, **told})))
    shown: dict[str, Any] = {"word": word, "means": MEANS[word], "dates": _dates(told, word, request), "zone": zone,
                             "imported": row.imported}  # fmt: skip
    return _with_headers(render(request, "verification/earlier.html", **told, **shown, unit=row.unit, notice=""))


async def _by_token(tokens: tuple[str, ...]) -> Certificate | None:
    found = await Certificate.filter(verify_token__in=tokens).prefetch_related("certification") if tokens else []
    return min(found, key=lambda row: tokens.index(row.verify_token), default=None)


async def find(code: str) -> Certificate | None:
    """Finds a certificate by its code or link, or by its serial number: for those who run the service."""
    read = read_code(code)
    if read is None or read.kind == "square":
        return None
    if read.kind == "token":
        return await _by_token(read.readings)
    return await Certificate.filter(serial__in=read.readings).first().prefetch_related("certification")


async def answer(row: Certificate, facts: CertificateFacts, now: datetime, *, leads_on: bool = False) -> dict[str, Any]:
    """Gives what the public may know: status, time of the check, and the facts as the holder lets them be shown.

    Of one that does not simply hold: since when, until when if that ends by itself, the class of the reason, and with
    `leads_on` the newer one; its address holds a code that works for ever. Of one that was issued again, how the award
    stands, and neither the name nor the number of now: not everybody with the old paper may know them.
    """
    today = local_day(now, facts.zone)
    outcome = await of_certificate(row, today)
    why: dict[str, str] = {}
    if VERIFIED[outcome.state] != "valid":
        until = {"until": outcome.until.isoformat()} if outcome.until else {}
        newer = await newer_certificate(row) if leads_on and outcome.state == "replaced" else None
        leads = {"newer": facts_of(newer).verify_url} if newer else {}
        if outcome.grounds == "reissue":  # what was awarded goes on under another number
            leads["award"] = VERIFIED[(await of_certification(row.certification, today)).state]
        why = {"since": outcome.since.isoformat(), **until, "reason": outcome.public_reason, **leads}
    return {
        "status": VERIFIED[outcome.state],
        "checked": now,
        "name": _name(facts.name, row.shows),
        **({"holder": "organisation"} if facts.holder == "site" else {}),
        "title": facts.title,
        "level": facts.level,
        "programme": facts.programme,
        "valid_from": facts.valid_from.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
        "issuer": facts.issuer_name,
        "serial": row.serial,
        "criteria": facts.criteria,
        **why,
    }


def _dates(told: dict[str, Any], word: str, request: Request) -> list[tuple[str, str]]:
    """Gives the days of what holds, or the days that are printed on what does not: never two states at once."""
    language = chosen_language(request)
    say = translations(language).gettext
    first = day(told["valid_from"], language)
    last = day(told["valid_until"], language) if told["valid_until"] else say("no end")
    if word == "valid":
        return [(say("From"), first), (say("Until"), last)]
    return [(say("Days printed on it"), say("%(begins)s to %(ends)s") % {"begins": first, "ends": last})]


def _name(name: str, shows: str) -> str:
    if shows == "name":
        return name
    if shows == "initials":
        return " ".join(f"{part[0]}." for part in name.split())
    return "Not shown: the holder keeps the name private"
