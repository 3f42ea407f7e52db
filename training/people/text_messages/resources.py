"""What signing in asks of the service around it: the guarded way out, for text messages."""

from dataclasses import dataclass

from training.core.outbound import Outbound
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class TextResources(PageResources):
    """What the pages about text messages are given."""

    outbound: Outbound
