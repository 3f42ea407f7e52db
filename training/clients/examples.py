"""Examples for developers, in Python with PyJWT and httpx; a test runs them as they stand."""

MAKE_KEY = """\
import json
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

private_key = ec.generate_private_key(ec.SECP256R1())
with open("key.pem", "wb") as file:
    file.write(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
public_key = ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True) | {"kid": "1", "alg": "ES256", "use": "sig"}
print(json.dumps(public_key))  # what is pasted where the program is added
"""

ASK_FOR_ONE = """\
import time, uuid
import httpx, jwt

def get_token(client_id, scope):
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": "HOME/api/token",
              "iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
    with open("key.pem") as file:
        assertion = jwt.encode(claims, file.read(), algorithm="ES256", headers={"kid": "1"})
    answer = httpx.post("HOME/api/token", data={
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": scope,
    })
    answer.raise_for_status()
    return answer.json()["access_token"]
"""

READ_REGISTER = """\
def read_register(client_id, **question):
    headers = {"Authorization": "Bearer " + get_token(client_id, "register.readonly")}
    page, entries = "HOME/api/v1/register", []
    while page:
        answer = httpx.get(page, params=question, headers=headers)
        answer.raise_for_status()
        entries += answer.json()["entries"]
        page, question = answer.json()["next"], None  # the next address has the question in it
    return entries
"""

READ_FIGURES = """\
def read_figures(client_id, **question):
    headers = {"Authorization": "Bearer " + get_token(client_id, "figures.readonly")}
    answer = httpx.get("HOME/api/v1/figures", params=question, headers=headers)
    answer.raise_for_status()
    return answer.json()  # "columns" says what each figure counts; "again" is the question with its days
"""

ENROL = """\
def enrol(client_id, person, programme, site, starts):
    headers = {"Authorization": "Bearer " + get_token(client_id, "enrolments"),
               "Idempotency-Key": str(uuid.uuid4())}  # keep it, and send it again where no answer came
    place = {"person": person, "programme": programme, "site": site, "starts": starts}
    answer = httpx.post("HOME/api/v1/enrolments", json=place, headers=headers)
    answer.raise_for_status()
    return answer.json()
"""

TELL = """\
def tell_record(client_id, record, key):
    headers = {"Authorization": "Bearer " + get_token(client_id, "records"), "Idempotency-Key": key}
    answer = httpx.post("HOME/api/v1/records", json=record, headers=headers)
    if answer.status_code == 422:
        return answer.json()["errors"]  # each with its field, and what to do
    answer.raise_for_status()
    return answer.json()  # "state" is "waiting" until somebody confirms it
"""

CHECK_MESSAGE = """\
import base64, hashlib, hmac

def is_ours(headers, body, secret):  # the body as it came, before it is read as JSON
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    proof = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(proof, one) for one in headers["webhook-signature"].split(" "))
"""

SECTIONS = (
    ("Make a key", "Once, where the program runs. The private key never leaves that place.", MAKE_KEY),
    (
        "Get a token",
        "For each token a new assertion. Keep the token until it ends, in an hour at most.",
        ASK_FOR_ONE,
    ),
    (
        "Read the register",
        "All pages, one after the other. The same as a file: HOME/api/v1/register.csv.",
        READ_REGISTER,
    ),
    (
        "Read figures",
        "The same as on the page of figures, with the same digest. As a file: HOME/api/v1/figures.csv.",
        READ_FIGURES,
    ),
    ("Give somebody a place", "Sent twice with one Idempotency-Key, it is done once.", ENROL),
    (
        "Record what somebody did",
        "What the rules ask of somebody stands at HOME/api/v1/people/ID/record-forms. A program signs nothing: whom it "
        "names, or who looks after the person, has to say yes.",
        TELL,
    ),
    (
        "Be told of certificates",
        "An administrator enters your address and tells you the secret. Answer 200. One webhook-id is one message, "
        "however often it comes. A library of Standard Webhooks does the same.",
        CHECK_MESSAGE,
    ),
)
"""Title, what to know, and the program."""
