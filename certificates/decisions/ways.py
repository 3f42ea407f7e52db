"""What can be done about a requirement that is not met: which forms record it, and who fills them in; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from certificates.pathways.engine.nodes import Node
from certificates.pathways.forms import RecordForm, record_forms, signatory_of
from certificates.pathways.language.schema import Leaf, Pathway
from certificates.pathways.makers import MADE_BY, making_of
from training.parsing.values import Result
from training.records.words import record_name

MOST = 2
"""Ways of one requirement that a page names."""


@dataclass(frozen=True)
class Way:
    """One way to a requirement: the name and the address (a query) of a form, whether the holder logs it, who else."""

    name: str
    query: str
    own: bool
    who: str


def ways_of(nodes: Iterable[Node], level: str, pathway: Pathway) -> dict[str, tuple[Way, ...]]:
    """Returns for each requirement that is not met, by its id, the ways to it."""
    forms = [one for one in record_forms((pathway,), pathway.levels[level].holder) if one.type != "waiver"]
    return {node.id: tuple(_ways(node, level, forms))[:MOST] for node in nodes if node.result is not Result.MET}


def _ways(node: Node, level: str, forms: list[RecordForm]) -> Iterator[Way]:
    within = {one.id for one in node.walk() if one.result is not Result.MET}
    for form in forms:
        for pathway, of, rule in form.rules:
            asks = rule.ask.names if isinstance(rule.ask, Leaf) else ()
            if of and of.id == level and rule.id in within and (form.what in asks or not (asks or form.what)):
                making = making_of(form.type, signatory_of(form.type, (pathway, of, rule)), form.holder, pathway)
                asked = urlencode({"type": form.type, "what": form.what, "pathway": form.pathway})
                own = "holder" in MADE_BY[form.type][0]
                yield Way(record_name(form.type, form.what), asked, own, making.made_by_words)
                break
