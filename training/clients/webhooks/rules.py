"""What programs may be told of; pure."""

from collections.abc import Mapping
from types import MappingProxyType

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "certificate.awarded": "A certificate was awarded",
        "certificate.withdrawn": "A certificate was withdrawn",
        "certificate.expiring": "A certificate runs out in 90, 30 or 7 days",
    }
)
"""Kind of event → its words."""
