"""Reads single claims by name and JSON type, and refuses with the claim's own name."""

from collections.abc import Mapping
from typing import Any

from training.lti.protocol.refusals import Refused

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
PNS = f"{LTI}platformnotificationservice"
MAX_ID = 255
MAX_TEXT = 2000


def needed_text(claims: Mapping[str, Any], name: str, *, longest: int = MAX_ID, within: str = "") -> str:
    """Reads a text that must be there; `within` names the claim that holds it."""
    text = optional_text(claims, name, longest=longest, within=within)
    if not text:
        raise Refused("claim_missing", _path(within, name))
    return text


def optional_text(claims: Mapping[str, Any], name: str, *, longest: int = MAX_TEXT, within: str = "") -> str:
    """Reads a text, or an empty one where there is none."""
    value = claims.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise Refused("claim_type", _path(within, name))
    return value


def needed_object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Reads an object that must be there."""
    if claims.get(name) in (None, []):
        raise Refused("claim_missing", name)
    return optional_object(claims, name)


def optional_object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Reads an object, or an empty one where there is none.

    PHP writes an empty array as `[]` whether or not it stands for an object, and so does Moodle.
    """
    value = claims.get(name)
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise Refused("claim_type", name)
    return value


def needed_texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Reads a list of texts that must be there and may be empty."""
    if claims.get(name) is None:
        raise Refused("claim_missing", name)
    return optional_texts(claims, name)


def optional_texts(claims: Mapping[str, Any], name: str, *, within: str = "") -> tuple[str, ...]:
    """Reads a list of texts, or an empty one where there is none."""
    value = claims.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused("claim_type", _path(within, name))
    return tuple(value)


def optional_words(claims: Mapping[str, Any], name: str, *, within: str = "") -> tuple[str, ...]:
    """Reads a list of texts that some platforms write as one text with spaces, as OAuth does.

    Source: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
    """
    value = claims.get(name)
    return tuple(value.split()) if isinstance(value, str) else optional_texts(claims, name, within=within)


def _path(within: str, name: str) -> str:
    return f"{within}.{name}" if within else name
