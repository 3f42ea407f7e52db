"""A platform for benchmarks: signs what it is asked to, beforehand, and shows its key in a process of its own."""

import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tests.third_party.programs import running

CLIENT_ID, DEPLOYMENT_ID, KID = "bench", "1", "bench-key"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
ROLES = "http://purl.imsglobal.org/vocab/lis/v2/"
KNOWN, COURSES, LINKS = 300, 10, 5
NEW_EVERY = 10
"""One launch in so many is of somebody who was never here before."""


@dataclass
class Platform:
    """An LMS with one key; its people are counted."""

    port: int
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))
    met: int = KNOWN

    @property
    def issuer(self) -> str:
        """Names the platform."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def serving(self, folder: Path) -> Iterator[None]:
        """Shows the key set, and nothing else, until the benchmark is done."""
        told = {"BENCH_KEYS": json.dumps({"keys": [self._public()]})}
        command = [sys.executable, "-m", "uvicorn", "tests.benchmarks.platform:keys", "--port", str(self.port)]
        quiet = ["--log-level", "warning", "--lifespan", "off"]
        with running([*command, *quiet], told, answers=f"{self.issuer}/keys", log=folder / "platform.log"):
            yield

    def next_person(self, number: int) -> int:
        """Chooses who comes: mostly somebody known, at times somebody new."""
        if number % NEW_EVERY:
            return number * 7 % KNOWN
        self.met += 1
        return self.met

    def sign(self, person: int, nonce: str, target: str) -> str:
        """Writes the token of one launch."""
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT', 'kid': KID})}.{_part(self._claims(person, nonce, target))}"
        return f"{signed}.{_encode(self.key.sign(signed.encode(), PKCS1v15(), SHA256()))}"

    def _claims(self, person: int, nonce: str, target: str) -> dict[str, Any]:
        now, course = int(time.time()), person % COURSES
        link = f"{course}-{person // COURSES % LINKS}"
        return {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": f"person-{person}", "nonce": nonce,
            "iat": now, "exp": now + 600, "name": f"Person Number {person}", "given_name": "Person",
            "family_name": f"Number {person}", "email": f"person{person}@school.example", "locale": "en-GB",
            f"{LTI}message_type": "LtiResourceLinkRequest", f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": DEPLOYMENT_ID, f"{LTI}target_link_uri": target,
            f"{LTI}resource_link": {"id": f"link-{link}", "title": f"Activity {link}"},
            f"{LTI}roles": [f"{ROLES}institution/person#Student", f"{ROLES}membership#Learner"],
            f"{LTI}context": {"id": f"course-{course}", "label": f"C{course}", "title": f"Course {course}",
                              "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"]},
            f"{LTI}tool_platform": {"guid": "bench", "name": "Bench", "product_family_code": "bench", "version": "1"},
            f"{LTI}launch_presentation": {"document_target": "iframe", "return_url": self.issuer, "locale": "en-GB"},
            f"{LTI}custom": {"chapter": "3"},
            f"{AGS}claim/endpoint": {
                "scope": [f"{AGS}scope/{name}" for name in ("lineitem", "result.readonly", "score")],
                "lineitems": f"{self.issuer}/courses/{course}/items",
                "lineitem": f"{self.issuer}/courses/{course}/items/{link}",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{self.issuer}/courses/{course}/people", "service_versions": ["2.0"],
            },
        }  # fmt: skip

    def _public(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        n, e = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (numbers.n, numbers.e))
        return {"kty": "RSA", "kid": KID, "alg": "RS256", "use": "sig", "n": _encode(n), "e": _encode(e)}


async def keys(scope: Any, receive: Any, send: Any) -> None:
    """Answers every request with the key set."""
    body = os.environ["BENCH_KEYS"].encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send(
        {"type": "http.response.start", "status": 200, "headers": [*headers, (b"cache-control", b"max-age=3600")]}
    )
    await send({"type": "http.response.body", "body": body})


def _part(content: dict[str, Any]) -> str:
    return _encode(json.dumps(content).encode())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
