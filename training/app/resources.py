"""Opens what the service needs, once, for its pages and its follow-up work: from outside, and from rooms above."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from certificates.bulk.work import BULK
from certificates.commissioning.resources import CommissioningResources
from certificates.credentials.keys import KeyStore
from certificates.credentials.pdf.pool import PdfPool
from certificates.imports import earlier, records, roles
from certificates.rehearsals.draft_kind import PATHWAY
from certificates.verification.resources import CheckResources
from courses.cohorts.resources import CohortResources
from courses.editor.kind import COURSE
from training.app.learning_names import learning_names, rated_in
from training.app.lti import content, progress, reviews, rosters
from training.app.metrics import RecordCounts
from training.assessments.draft_kind import INSTRUMENT
from training.batches.kinds import BatchKind
from training.clients.keys import read_client_keys
from training.clients.resources import ClientResources
from training.core import clock
from training.core.encryption import Encryptor
from training.core.outbound import Outbound
from training.core.settings import Settings
from training.core.storage import FileStore
from training.drafts.kinds import DraftKind
from training.drafts.resources import DraftResources
from training.imports import people, places, sites, work
from training.imports.actions import IMPORT
from training.imports.kinds import Derived, ImportKind
from training.imports.resources import ImportResources
from training.lti.launch import windows
from training.lti.platform.client import Platform
from training.lti.platform.jwks_cache import JwksCache
from training.lti.platform.tool import Tool
from training.people.navigation import menu
from training.people.text_messages.resources import TextResources
from training.programmes.resources import ProgrammeResources

BATCHES: Mapping[str, BatchKind] = {
    IMPORT: BatchKind("Import a table", work.begin, prepare="/imports", alone=True),
    **BULK,
}
"""Kind of batch → what does it."""

IMPORTS: Mapping[str, ImportKind] = {
    "sites": ImportKind(
        "Sites and areas", "where people work, and the areas that they lie in.", "load material",
        sites.columns, sites.begin,
    ),
    "people": ImportKind(
        "People", "who works where, as what, from when.", "give every role", people.columns, people.begin
    ),
    "places": ImportKind(
        "Places in programmes", "who takes part in which programme, where, from when.", "manage people",
        places.columns, places.begin,
    ),
    "roles": ImportKind(
        "Roles in programmes", "who signs and decides in a programme, for which site or area.", "give every role",
        roles.columns, roles.begin,
    ),
    "records": ImportKind(
        "Records", "groups led, supervision, learning and all else that the rules ask for.", "manage people",
        records.columns, records.begin,
    ),
    "certificates": ImportKind(
        "Earlier certificates", "what was issued before this service, with its true days and old numbers.", "decide",
        earlier.columns, earlier.begin,
    ),
}  # fmt: skip
"""Kind of table → its columns and what reads, plans and writes its rows; in the order in which they need each other."""

DRAFTS: Mapping[str, DraftKind] = {"course": COURSE, "instrument": INSTRUMENT, "pathway": PATHWAY}
"""Kind of draft → its files, what checks and what publishes them."""

DERIVED: Derived = (
    ("certificates.Evaluation", "person_id", "people.Person"),
    ("people.Permission", "because", "certificates.Decision"),
)
"""What is worked out anew from rows of others: it goes with those that an import has made."""


@dataclass(frozen=True, kw_only=True)
class Resources(
    ClientResources, ProgrammeResources, CohortResources, CheckResources, ImportResources, TextResources,
    DraftResources, CommissioningResources,
):  # fmt: skip
    """All that any room asks for: settings, the clock, the keys, and the ways out of the house."""

    figures: RecordCounts = field(default_factory=RecordCounts)


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Opens the guarded HTTP client, the keys, the press and the store; closes them at the end."""
    press = PdfPool(settings.render_workers, enabled=settings.pdf)
    try:
        async with Outbound(settings.outbound_allowed) as outbound:
            platform = Platform(outbound, secret_key=settings.secret_key)
            yield Resources(
                settings=settings,
                batch_kinds=BATCHES,
                import_kinds=IMPORTS,
                derived=DERIVED,
                draft_kinds=DRAFTS,
                outbound=outbound,
                now=clock.now,
                menu=menu,
                window_for=windows.window_for,
                client_keys=JwksCache(outbound, read_client_keys),
                tool=Tool(platform, origin=settings.public_url, secret_key=settings.secret_key),
                offers=content.offers,
                attempts=reviews.attempts,
                progress=progress.progress,
                learning_names=learning_names,
                rated_in=rated_in,
                rosters=rosters.CourseRosters(platform),
                keys=KeyStore(Encryptor(settings.secret_key), home=settings.public_url),
                press=press,
                store=FileStore(settings.storage),
            )
    finally:
        await press.close()
