"""Rehearsing the records of a whole workforce: most rows say what others said, and each is told its own faults."""

from tests.certificates.world import publish_pathway
from tests.taking_over import RULES
from tests.training.imports.handing_in import do, hand_in, reasons
from tests.workforce import workbook
from training.batches.models import Batch

FAULTS = (
    "Kind: Juggling is no kind of record",
    "What it is: their rules do not ask for gossip",
    "Day: This day is still to come",
    "Day: 31/31/2021 is no day",
    "First day: The first day must be before the last one",
    "E-mail address: nobody is named",
)


async def test_each_wrong_row_of_many_records_is_named_with_its_own_reason(database, tmp_path, browse, work):
    await publish_pathway(tmp_path, RULES)
    dara = await browse("dara")
    content, _ = workbook(0.01)
    people = await hand_in(dara, content, "people", sheet="People")
    await work()
    await do(dara, people, "begin")
    await work()
    batch = await hand_in(dara, content, "records", sheet="Records")
    await work()
    assert await reasons(batch) == {34 + 33 * turn: [FAULTS[turn % 6]] for turn in range(12)}
    assert (await Batch.get(id=batch.id)).counts == {"new": 388, "refused": 12}
