"""What the standard attributes of the language and the parts of a record are called in forms, in English and Welsh."""

from dataclasses import dataclass

from training.parsing.keywords import HELD_TYPES


@dataclass(frozen=True, slots=True)
class Label:
    """What people call an attribute, the unit of its number, and a hint; each in English and in Welsh."""

    english: str
    welsh: str
    unit: str = ""
    welsh_unit: str = ""
    hint: str = ""
    welsh_hint: str = ""

    def words(self, language: str) -> str:
        """Returns the name in a language."""
        return self.welsh if language == "cy" else self.english


_NO_NAME = ("Initials or a code. Write no full name.", "Blaenlythrennau neu god. Peidiwch ag ysgrifennu enw llawn.")
_PEOPLE = ("people", "o bobl")

LABELS = {
    # numbers
    "hours": Label("How many hours", "Sawl awr", "hours", "awr", "Half an hour is 0.5.", "Hanner awr yw 0.5."),
    "days": Label("How many days", "Sawl diwrnod", "days", "diwrnod", "Half a day is 0.5.", "Hanner diwrnod yw 0.5."),
    "minutes": Label("How many minutes", "Sawl munud", "minutes", "munud"),
    "sessions": Label("How many sessions", "Sawl sesiwn", "sessions", "sesiwn"),
    "credits": Label("How many credits", "Sawl credyd", "credits", "credyd"),
    "years": Label("How many years", "Sawl blwyddyn", "years", "blynedd"),
    "months": Label("How many months", "Sawl mis", "months", "mis"),
    "parts": Label("How many parts", "Sawl rhan", "parts", "rhan"),
    "score": Label("Score", "Sgôr", "points", "pwynt"),
    "percent": Label("Percent", "Canran", "percent", "y cant", "From 0 to 100.", "O 0 i 100."),
    "mean": Label("Mean score", "Sgôr gyfartalog", "points", "pwynt"),
    "agreement": Label("Agreement with the standard", "Cytundeb â’r safon", "percent", "y cant"),
    "attempt": Label("Which try", "Pa gynnig", hint="1 for the first try.", welsh_hint="1 am y cynnig cyntaf."),
    "level": Label("Level", "Lefel", hint="As it stands on the paper.", welsh_hint="Fel y mae ar y papur."),
    "parents": Label("Parents who joined", "Rhieni a ymunodd", "parents", "rhiant"),
    "families": Label("How many families", "Sawl teulu", "families", "teulu"),
    "participants": Label("How many took part", "Faint a gymerodd ran", *_PEOPLE),
    "completed": Label("How many stayed to the end", "Faint a arhosodd hyd y diwedd", *_PEOPLE),
    "people": Label("How many people", "Faint o bobl", *_PEOPLE),
    "rounds": Label("How many rounds", "Sawl rownd", "rounds", "rownd"),
    "cohort_size": Label("How many trained together", "Faint a hyfforddodd gyda’i gilydd", *_PEOPLE),
    "group_size": Label("How many in the group", "Faint yn y grŵp", *_PEOPLE),
    "vignettes": Label("How many film clips were shown", "Sawl clip ffilm a ddangoswyd", "film clips", "clip ffilm"),
    "year": Label("Which year", "Pa flwyddyn", hint="Like 2026.", welsh_hint="Fel 2026."),
    # texts
    "topic": Label("Topic", "Pwnc"),
    "area": Label("Area", "Maes"),
    "mode": Label("How it was held", "Sut y’i cynhaliwyd"),
    "role": Label("Role", "Rôl"),
    "target": Label("What it looked at", "Beth yr edrychwyd arno"),
    "course": Label("Which course", "Pa gwrs"),
    "age_range": Label("Age of the children", "Oedran y plant"),
    "region": Label("Region", "Rhanbarth"),
    "edition": Label("Which edition", "Pa argraffiad"),
    "version": Label("Which version", "Pa fersiwn"),
    "medium": Label("How it was seen", "Sut y’i gwelwyd"),
    "outcome": Label("Outcome", "Canlyniad"),
    "state": Label("State", "Cyflwr"),
    "jurisdiction": Label(
        "Where it holds", "Ble mae’n ddilys", hint="A country or state.", welsh_hint="Gwlad neu dalaith."
    ),
    "framework": Label("Which framework of levels", "Pa fframwaith lefelau"),
    "field": Label("Subject", "Pwnc astudio"),
    "client": Label("Which client", "Pa gleient", hint=_NO_NAME[0], welsh_hint=_NO_NAME[1]),
    "family": Label("Which family", "Pa deulu", hint=_NO_NAME[0], welsh_hint=_NO_NAME[1]),
    "session": Label("Which session", "Pa sesiwn"),
    "language": Label("Language", "Iaith"),
    "reason": Label("Reason", "Rheswm"),
    "status": Label("Status", "Statws"),
    "gender": Label("Gender", "Rhywedd"),
    "site": Label("Site", "Safle"),
    "form": Label("Which paper", "Pa bapur"),
    "standing": Label("Standing", "Sefyllfa"),
    "confirmed": Label("How it was confirmed", "Sut y’i cadarnhawyd"),
    # true or false
    "consent": Label("Was consent given?", "A roddwyd caniatâd?"),
    "recorded": Label("Was it filmed or taped?", "A gafodd ei ffilmio neu ei recordio?"),
    "observed": Label("Did somebody watch it?", "A wnaeth rhywun ei wylio?"),
    "new": Label("Is it new?", "A yw’n newydd?"),
}
"""Every standard attribute of the language (section 3), in its order."""
PARTS = {
    "from": Label("The first day", "Y diwrnod cyntaf"),
    "on": Label("The day", "Y diwrnod"),
    "until": Label("The last day it holds", "Y diwrnod olaf y mae’n ddilys"),
    "result": Label("Passed or not", "Llwyddo neu beidio"),
    "who": Label("With whom", "Gyda phwy"),
    "by": Label("Who signs", "Pwy sy’n llofnodi"),
    "about": Label("What it is about", "Beth mae’n ymwneud ag ef"),
    "team": Label("Who led it together", "Pwy a’i harweiniodd gyda’i gilydd"),
    "per": Label("Which one it is for", "Ar gyfer pa un"),
    "reason": LABELS["reason"],
    "files": Label("Files", "Ffeiliau"),
}
"""Parts of a record that are no attributes."""
PARTS_OF = {
    ("delivery", "on"): Label("The last day", "Y diwrnod olaf"),
    ("learning", "on"): Label("The last day", "Y diwrnod olaf"),
    ("experience", "on"): Label("The last day", "Y diwrnod olaf"),
    ("background", "on"): Label("Since when", "Ers pryd"),
    ("learning", "by"): Label("Who trained", "Pwy a hyfforddodd"),
    ("supervision", "by"): Label("Who supervised", "Pwy a oruchwyliodd"),
    ("supervision", "about"): Label("Which group or family it was about", "Pa grŵp neu deulu yr oedd yn ymwneud ag ef"),
    ("feedback", "about"): Label("Which group it is about", "Pa grŵp y mae’n ymwneud ag ef"),
    ("assessment", "by"): Label("Who assessed", "Pwy a asesodd"),
    ("award", "by"): Label("Who decided", "Pwy a benderfynodd"),
    ("relation", "until"): Label("The last day", "Y diwrnod olaf"),
}
"""Parts that have a name of their own in a type of record."""
FIRST_DAY_HELD = Label("The first day it holds", "Y diwrnod cyntaf y mae’n ddilys")
MODES = {"in_person": "In person", "online": "Online", "mixed": "Some of both"}
"""How people meet → its words."""
USUAL = {
    ("", "mode"): tuple(MODES),
    ("", "medium"): ("live", "video"),
    ("delivery", "role"): ("lead", "co_leader"),
}
"""What a text attribute usually is: of any type of record, offered where no rule knows a value; of one type, always."""
NAMES = {
    "dbs enhanced": "Enhanced DBS check",
    "dbs standard": "Standard DBS check",
    "dbs basic": "Basic DBS check",
    "pvg": "PVG scheme membership",
    "access ni": "AccessNI enhanced check",
    "nmc": "NMC",
    "co_leader": "co-leader",
}
"""Names of the language that are not spelt as they are said."""


def label_of(attribute: str, language: str = "en") -> str:
    """Returns what people call an attribute; one that no table knows by its own name."""
    known = LABELS.get(attribute)
    return known.words(language) if known else plain(attribute)


def label_of_part(type_: str, part: str, language: str = "en") -> str:
    """Returns what people call a part of a record of a type: whoever signs a supervision is who supervised."""
    if known := PARTS_OF.get((type_, part)):
        return known.words(language)
    held = part == "on" and type_ in (*HELD_TYPES, "waiver")
    return (FIRST_DAY_HELD if held else PARTS[part]).words(language)


def unit_of(attribute: str, language: str = "en") -> str:
    """Returns the unit of a number; empty if it has none."""
    known = LABELS.get(attribute)
    if known is None:
        return ""
    return known.welsh_unit if language == "cy" else known.unit


def hint_of(attribute: str, language: str = "en") -> str:
    """Returns what to know before an attribute is filled in; empty if that needs no words."""
    known = LABELS.get(attribute)
    if known is None:
        return ""
    return known.welsh_hint if language == "cy" else known.hint


def plain(name: str) -> str:
    """Writes a name of the language as words."""
    words = NAMES.get(name, name.replace("_", " "))
    return words[:1].upper() + words[1:]
