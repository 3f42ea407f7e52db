"""What the unit of the demo says of its two programmes to whoever may take them up."""

from datetime import date, timedelta

from certificates.commissioning import actions
from certificates.commissioning.actions import PublicWords
from certificates.commissioning.models import seen_of
from training.demo.doing import PROGRAMME, at, being, workday
from training.demo.hub import SLUG
from training.people.authentication.demo_cast import known
from training.sites.models import Programme

GROWING = PublicWords(
    description="Eight weekly sessions for parents of children aged 2 to 8. Two facilitators lead each group.\n"
    "Parents try things out together, and then at home. Families argue less, and children settle better.",
    evidence="2 of 4, promising (an example)",
    evidence_link="https://guidebook.example/growing-together",
    cost="2 of 5, £100 to £499 a family (an example)",
    cost_source="Price list of Parenting Together, 2026",
    adoption="Talk to us first. Then two of your staff take the course and lead groups with somebody beside them.\n"
    "Your first group can meet within three months.",
    ask="help@together.example",
)
EPEC = PublicWords(
    description="Parents who were in a group themselves lead groups for other parents near them.\n"
    "A licensed hub finds them, trains them and stands by them.",
    evidence="As the EIF Guidebook says it",
    evidence_link="https://guidebook.eif.org.uk/",
    cost="1 of 5, under £100 a family (an example)",
    cost_source="Price list of Parenting Together, 2026",
    adoption="Become a hub. You need two practitioners who can train and supervise, and a room.\n"
    "We license the hub once they are trained.",
    ask="help@together.example",
)


async def show_programmes(today: date) -> None:
    """Has the unit write both pages and put them on show."""
    day = workday(today - timedelta(days=60))
    dara, now = await being("dara", day), at(day)
    epec = await Programme.get(slug=SLUG)
    for programme_id, words in ((known(PROGRAMME), GROWING), (epec.id, EPEC)):
        page = await actions.save(programme_id, words, actor=dara, now=now)
        await actions.publish(programme_id, seen=seen_of(page), actor=dara, now=now)
