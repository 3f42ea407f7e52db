"""The ways on from the home page and the menu, by what the person may do."""

from training.people.actor import Actor
from training.people.roles import OWN

WAYS = (
    ("learn", "My courses", "Read, watch and practise. You come back to where you left.", "/courses"),
    ("log practice", "My practice", "What you led, had and hold, and who confirmed it.", "/practice"),
    ("learn", "My pathway", "What is done, what is left and why.", "/pathways"),
    ("learn", "My certificates", "See, print and share them.", "/certificates"),
    ("load material", "Courses", "What there is to learn, and who is on it.", "/courses"),
    (
        "load material",
        "Programmes and courses",
        "Rules, instruments and courses that are published.",
        "/material",
    ),
    ("assess", "Assessments", "Watch a group, rate it, sign it.", "/assessments"),
    ("write material", "Write", "Courses, instruments and rules in the making.", "/drafts"),
    ("load material", "Parents’ words", "What parents let whoever writes the material read.", "/feedback/words"),
    ("see people", "People", "Everybody you work with here.", "/people"),
    ("see people", "Sites", "Who may deliver, who is stuck, who runs out.", "/sites"),
    ("see people", "Records", "What your people did and hold, and who confirmed it.", "/practice/records"),
    ("decide", "Decisions", "People whose evidence is complete.", "/certificates/decisions"),
    ("decide", "Calibration", "Assessors, and how far they agree with the standard.", "/assessments/calibration"),
    ("audit", "Agreement", "How far assessors agree, and who is stricter.", "/assessments/agreement"),
    ("audit", "Quality of assessments", "Look again at a sample of what was signed.", "/assessments/quality"),
    ("manage people", "Assessors’ week", "Who visits whom, who waits to rate, who has no visit.", "/assessments/week"),
    ("read register", "Register", "Who was certified, where, on any day.", "/register"),
    ("read register", "Figures", "How many are certified, where, and whose certificate ends.", "/figures"),
    ("audit", "Audits", "Draw a sample, look at each case, uphold or overturn.", "/audits"),
    ("manage people", "Batches", "See what is done to many at once, and undo it.", "/batches"),
    ("connect systems", "Learning systems", "Connect an LMS; see why a launch failed.", "/lti/console"),
    ("connect systems", "Programs", "Let an HR system or a register read and write here.", "/clients"),
    ("run the service", "Work that failed", "Mails and certificates that could not be done, and why.", "/work"),
)
"""Ability → title, words and path of a way on; the menu and the home page are both made of it."""


def menu(me: Actor | None, here: str) -> list[tuple[str, str, bool]]:
    """Lists the (text, path, whether one is there) of what the person may open, for the top of every page."""
    ways = [(title, path) for title, _, path in _ways(me)] if me else []
    if me:
        ways.insert(0, ("Tasks", "/tasks"))
    own = "/of/" not in here  # what lies under /pathways/of/… is somebody else's
    around = [path for _, path in ways if own and (here == path or here.startswith(path + "/"))]
    nearest = max(around, key=len, default="")
    return [(title, path, path == nearest) for title, path in ways]


def cards(me: Actor) -> list[dict[str, str]]:
    """Lists the ways on with a sentence each, for the home page."""
    return [{"title": title, "text": text, "path": path} for title, text, path in _ways(me)]


def _ways(me: Actor) -> list[tuple[str, str, str]]:
    """The ways of a person: who looks after or assesses others finds that first, and their own learning behind it."""
    open_ones = [way for way in WAYS if me.may(way[0])]
    if me.may("manage people") or me.may("assess"):
        open_ones.sort(key=lambda way: way[0] in OWN)
    return [way[1:] for way in open_ones]
