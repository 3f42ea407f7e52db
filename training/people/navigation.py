"""The ways on from the home page and the menu, by what the person may do."""

from training.people.actor import Actor

SECTIONS = (
    (
        "Your own learning",
        (
            ("learn", "My courses", "Read, watch and practise. You come back to where you left.", "/courses"),
            ("log practice", "My practice", "What you led, had and hold, and who confirmed it.", "/practice"),
            ("learn", "My pathway", "What is done, what is left and why.", "/pathways"),
            ("learn", "My certificates", "See, print and share them.", "/certificates"),
        ),
    ),
    (
        "People and sites",
        (
            ("see people", "People", "Everybody you work with here.", "/people"),
            ("see people", "Sites", "Who may deliver, who is stuck, who runs out.", "/sites"),
            ("see people", "Records", "What your people did and hold, and who confirmed it.", "/practice/records"),
            ("manage people", "Batches", "See what is done to many at once, and undo it.", "/batches"),
        ),
    ),
    (
        "Assessments",
        (
            ("assess", "Assessments", "Watch a group, rate it, sign it.", "/assessments"),
            (
                "manage people",
                "Assessors’ week",
                "Who visits whom, who waits to rate, who has no visit.",
                "/assessments/week",
            ),
            (
                "decide",
                "Calibration",
                "Assessors, and how far they agree with the standard.",
                "/assessments/calibration",
            ),
            ("audit", "Agreement", "How far assessors agree, and who is stricter.", "/assessments/agreement"),
            ("audit", "Quality of assessments", "Look again at a sample of what was signed.", "/assessments/quality"),
        ),
    ),
    (
        "Certificates",
        (
            ("decide", "Decisions", "People whose evidence is complete.", "/certificates/decisions"),
            ("read register", "Register", "Who was certified, where, on any day.", "/register"),
            ("read register", "Figures", "How many are certified, where, and whose certificate ends.", "/figures"),
            ("keep reports", "Reports", "Questions that are asked again, and what was answered.", "/reports"),
            ("audit", "Audits", "Draw a sample, look at each case, uphold or overturn.", "/audits"),
        ),
    ),
    (
        "Courses and rules",
        (
            ("load material", "Courses", "What there is to learn, and who is on it.", "/courses"),
            (
                "load material",
                "Programmes and courses",
                "Rules, instruments and courses that are published.",
                "/material",
            ),
            ("write material", "Write", "Courses, instruments and rules in the making.", "/drafts"),
            (
                "load material",
                "Parents’ words",
                "What parents let whoever writes the material read.",
                "/feedback/words",
            ),
        ),
    ),
    (
        "The service",
        (
            ("connect systems", "Learning systems", "Connect an LMS; see why a launch failed.", "/lti/console"),
            ("connect systems", "Programs", "Let an HR system or a register read and write here.", "/clients"),
            ("run the service", "Work that failed", "Mails and certificates that could not be done, and why.", "/work"),
        ),
    ),
)
"""Title of a section → ability, title, words and path of each way on; the menu and the home page are made of it."""


def menu(me: Actor | None, here: str) -> list[tuple[str, str, bool]]:
    """Lists the (text, path, whether one is there) of what the person may open, for the top of every page."""
    ways = [(title, path) for _, section in _open(me) for title, _, path in section] if me else []
    if me:
        ways.insert(0, ("Tasks", "/tasks"))
    own = "/of/" not in here  # what lies under /pathways/of/… is somebody else's
    around = [path for _, path in ways if own and (here == path or here.startswith(path + "/"))]
    nearest = max(around, key=len, default="")
    return [(title, path, path == nearest) for title, path in ways]


def cards(me: Actor) -> list[tuple[str, list[dict[str, str]]]]:
    """Lists the ways on with a sentence each, by section, for the home page; one section alone needs no name."""
    found = [
        (name, [{"title": title, "text": text, "path": path} for title, text, path in section])
        for name, section in _open(me)
    ]
    return found if len(found) > 1 else [("Your pages", ways) for _, ways in found]


def _open(me: Actor) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The ways of a person: who looks after or assesses others finds that first, and their own learning behind it."""
    found = [(name, [way[1:] for way in section if me.may(way[0])]) for name, section in SECTIONS]
    if me.may("manage people") or me.may("assess"):
        found = found[1:] + found[:1]
    return [(name, section) for name, section in found if section]
