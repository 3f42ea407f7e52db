"""Public keys as JSON Web Keys.

Source: https://www.rfc-editor.org/rfc/rfc7517, https://www.rfc-editor.org/rfc/rfc7518#section-6.3,
https://www.rfc-editor.org/rfc/rfc8037#section-2
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm


def public_jwk(key: RSAPublicKey | Ed25519PublicKey, kid: str) -> dict[str, str]:
    """Writes a public key as a JWK with its name."""
    if isinstance(key, Ed25519PublicKey):
        members = OKPAlgorithm.to_jwk(key, as_dict=True)
        return {"kty": "OKP", "crv": members["crv"], "x": members["x"], "kid": kid}
    members = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {"kty": "RSA", "n": members["n"], "e": members["e"], "alg": "RS256", "use": "sig", "kid": kid}
