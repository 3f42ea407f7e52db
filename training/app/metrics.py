"""Figures of the records for those who watch the service: work that waits or failed, certificates, launches."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import Gauge
from tortoise.functions import Count, Min

from certificates.evaluations.models import Certificate
from training.lti.models import LaunchTrace
from training.trail.models import Fact, Followup
from training.trail.seals import last_seal

DAY = timedelta(days=1)
COUNT_AGAIN = timedelta(minutes=1)

work = Gauge(
    "training_work",
    "Pieces of follow-up work by kind and state; of mails, done is sent, and dead and refused are not",
    ["kind", "state"],
)
work_age = Gauge("training_work_waiting_seconds", "How long the oldest piece of a kind is due", ["kind"])
certificates = Gauge("training_certificates", "Certificates by how far their files are made", ["state"])
launches = Gauge("training_launches_last_day", "Launches of the last 24 hours by how they ended", ["outcome"])
seal_age = Gauge("training_trail_seal_age_seconds", "How long ago the trail was sealed last")
unsealed_age = Gauge(
    "training_trail_unsealed_age_seconds", "How long the oldest entry waits to be sealed; 0: none does"
)


class RecordCounts:
    """When the records were counted last: once a minute at most, however many ask."""

    def __init__(self) -> None:
        self.counted = datetime.min.replace(tzinfo=UTC)

    async def refresh(self, now: datetime) -> None:
        """Counts anew where that is due."""
        if now - self.counted >= COUNT_AGAIN:
            self.counted = now  # before counting: nobody else begins meanwhile
            # Each of these is one statement.
            found = await Followup.all().annotate(n=Count("id")).group_by("kind", "state").values("kind", "state", "n")
            _set(work, found, "kind", "state")
            waiting = Followup.filter(state="queued", due__lte=now).annotate(first=Min("due"))
            ages = [
                {"kind": row["kind"], "n": (now - _moment(row["first"])).total_seconds()}
                for row in await waiting.group_by("kind").values("kind", "first")
            ]
            _set(work_age, ages, "kind")
            made = await Certificate.all().annotate(n=Count("id")).group_by("progress").values("progress", "n")
            _set(certificates, made, "progress")
            traces = LaunchTrace.filter(at__gte=now - DAY).annotate(n=Count("id"))
            _set(launches, await traces.group_by("outcome").values("outcome", "n"), "outcome")
            if seal := await last_seal():
                seal_age.set((now - seal.made).total_seconds())
            oldest = await Fact.filter(seal_id__isnull=True).order_by("id").first().only("id", "recorded")
            unsealed_age.set((now - oldest.recorded).total_seconds() if oldest else 0)


def _set(gauge: Gauge, rows: Iterable[Mapping[str, Any]], *labels: str) -> None:
    gauge.clear()  # what there is none of any more
    for row in rows:
        gauge.labels(*(row[name] for name in labels)).set(row["n"])


def _moment(value: Any) -> datetime:
    # SQLite gives the least of some moments as it keeps them, as text.
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
