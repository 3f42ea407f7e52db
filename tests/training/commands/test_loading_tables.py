"""Units, sites and people come from CSV files: all rows or none, each mistake with its line, twice is once."""

import sqlite3

from tests.training.commands.conftest import Front

UNITS = ("unit,name,contact", "north,Parenting North,help@north.example")
SITES = (
    "site,name,area,area_name,area_path,contact,telephone",
    "LAT,Later Row,CDF,,,,",
    "RIV,Riverside Family Centre,CDF,Cardiff,WLS/CDF,riv@north.example,029 2018 0100",
    ",,WLS,Wales,WLS,,",
)
PEOPLE = (
    "name,email,role,site,starts,ends,language",
    "Amina Yusuf,Amina@North.example,trainee,RIV,2026-01-01,,",
    "Gwen Llŷr,gwen@north.example,assessor,,2026-01-01,,cy",
    "Gwen Llŷr,gwen@north.example,facilitator,LAT,2026-01-01,,cy",
)


def _rows(front: Front, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(front.folder / "training.db") as database:
        return database.execute(sql).fetchall()


def test_units_sites_and_people_load_in_the_order_they_need_and_only_once(empty: Front) -> None:
    files = [empty.write("people.csv", *PEOPLE), empty.write("sites.csv", *SITES), empty.write("units.csv", *UNITS)]

    rehearsed = empty.run("load", *files, "--check")
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert "new        people.csv:2: amina@north.example, trainee at RIV" in rehearsed.stdout
    assert _rows(empty, "select count(*) from sites_central_unit") == [(0,)]
    assert _rows(empty, "select count(*) from trail_fact") == [(0,)]

    loaded = empty.run("load", *files)
    assert loaded.returncode == 0 and loaded.stdout == rehearsed.stdout
    assert _rows(empty, "select path, name from sites_area order by path") == [
        ("/WLS/", "Wales"),
        ("/WLS/CDF/", "Cardiff"),
    ]
    people = "people_membership m join people_person p on p.id = m.person_id"
    held = f"select p.name, p.language, m.role from {people} order by 3"
    assert _rows(empty, held) == [
        ("Gwen Llŷr", "cy", "assessor"), ("Gwen Llŷr", "cy", "facilitator"), ("Amina Yusuf", "en", "trainee"),
    ]  # fmt: skip
    kinds = "select kind, count(*) from trail_fact group by kind order by kind"
    told = _rows(empty, kinds)
    assert told == [
        ("area.added", 2),
        ("membership.given", 3),
        ("person.added", 2),
        ("site.added", 2),
        ("unit.added", 1),
    ]

    again = empty.run("load", ".")
    assert again.returncode == 0
    assert [line.split()[0] for line in again.stdout.splitlines()] == ["unchanged"] * 3
    assert _rows(empty, kinds) == told


def test_one_bad_row_keeps_the_whole_batch_out_unless_the_good_ones_are_wanted(front: Front) -> None:
    front.write(
        "people.csv",
        "name,email,role,site,starts",
        "Good One,good@example.org,facilitator,RIV,2026-01-01",
        "Bo,bo@nowhere,trainee,RIV,2026-01-01",
        "Nia,nia@example.org,boss,ZZZ,2026-13-01",
        "Other,good@example.org,trainee,RIV,2026-01-01",
        "Admin,admin@example.org,central,RIV,2026-01-01",
        "Late,late@example.org,trainee,,2026-01-01",
        "too,many,values,for,this,line",
        "Amina Yusuf,amina@together.example,trainee,RIV,2026-02-01",
    )
    front.write("sites.csv", "site,name,area", "NEW,New Place,CDF")

    refused = front.run("load", "people.csv", "sites.csv")

    assert refused.returncode == 1 and refused.stdout == ""
    lines = [line.split(": ", 1) for line in refused.stderr.splitlines()]
    assert [where for where, _ in lines] == [
        "people.csv:3", "people.csv:4", "people.csv:4", "people.csv:4", "people.csv:5", "people.csv:6", "people.csv:7",
        "people.csv:8", "people.csv:9",
    ]  # fmt: skip
    assert all("; " in words for _, words in lines)
    assert _rows(front, "select count(*) from sites_site where code = 'NEW'") == [(0,)]
    assert _rows(front, "select count(*) from people_email where address = 'good@example.org'") == [(0,)]

    partly = front.run("load", "people.csv", "sites.csv", "--good-ones")
    assert partly.returncode == 0
    assert (
        "people.csv:2: good@example.org" in partly.stdout and "people.csv:3: bo@nowhere is no e-mail" in partly.stdout
    )
    assert _rows(front, "select count(*) from people_person where name in ('Good One', 'Bo', 'Nia')") == [(1,)]


def test_a_changed_name_and_last_day_change_the_person_and_say_so_in_the_trail(front: Front) -> None:
    front.write(
        "people.csv",
        "name;former_name;email;role;site;starts;ends",
        "Amina Yusuf-Jones;Amina Yusuf;amina@together.example;trainee;RIV;2022-09-01;2027-01-31",
    )
    done = front.run("load", "people.csv")
    what = "amina@together.example, trainee at RIV"
    changes = "name Amina Yusuf → Amina Yusuf-Jones, ends 2027-01-31, leaves growing-together"
    assert done.stdout == f"changed    people.csv:2: {what}: {changes}\n"
    kinds = _rows(front, "select kind, detail from trail_fact where id > 1 order by id")
    assert [kind for kind, _ in kinds] == ["person.changed", "membership.ended", "programme.left"]
    assert "Yusuf" not in str(kinds)  # the trail holds no names


def test_what_nobody_can_load_is_named_with_what_to_do(front: Front) -> None:
    front.write("odd.yaml", "levels: {}")
    front.write("odd.csv", "colour,size", "red,1")
    front.write("half.csv", "email,role", "x@example.org,trainee")
    (front.folder / "latin.csv").write_bytes("name,email\nJosé,x@example.org\n".encode("latin-1"))
    told = front.run("load", "odd.yaml", "odd.csv", "latin.csv", "nowhere.csv", "half.csv").stderr.splitlines()
    assert told == [
        "odd.yaml:1: nobody can tell what the file is; begin with pathway:, instrument: or components:",
        "odd.csv:1: nobody can tell what the table is about; begin with the columns of units, sites or people",
        "latin.csv:2: the file is no UTF-8; save it as CSV UTF-8",
        "nowhere.csv:1: there is nothing to load; look at its name",
    ]
    half = front.run("load", "half.csv", "--good-ones")
    assert half.returncode == 1 and half.stderr.splitlines()[0].startswith("half.csv:1: the column name is missing;")


def test_without_a_central_unit_people_are_refused_in_one_line(empty: Front) -> None:
    done = empty.run("load", empty.write("people.csv", *PEOPLE))
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "units.csv" in done.stderr


def test_a_unit_has_a_zone_that_the_clocks_of_the_world_know(empty: Front) -> None:
    head = "unit,name,zone"
    assert empty.run("load", empty.write("units.csv", head, "north,Parenting North,")).returncode == 0
    zone = "select zone from sites_central_unit"
    assert _rows(empty, zone) == [("Europe/London",)]

    refused = empty.run("load", empty.write("units.csv", head, "north,Parenting North,Mars/Base"))
    assert "units.csv:2: Mars/Base is no time zone; write a name like Europe/London" in refused.stderr
    assert _rows(empty, zone) == [("Europe/London",)]

    assert empty.run("load", empty.write("units.csv", head, "north,Parenting North,Europe/Paris")).returncode == 0
    assert _rows(empty, zone) == [("Europe/Paris",)]


def test_an_address_that_belongs_to_somebody_of_another_name_is_asked_about(front: Front) -> None:
    front.write(
        "people.csv",
        "name,email,role,site,starts",
        "Bob Yusuf,amina@together.example,facilitator,RIV,2026-09-01",
    )
    for words in (("load", "people.csv", "--check"), ("load", "people.csv")):
        refused = front.run(*words)
        assert refused.returncode == 1
        assert "amina@together.example belongs to Amina Yusuf and not to Bob Yusuf" in refused.stderr
        assert "former_name" in refused.stderr
    assert _rows(front, "select count(*) from people_person where name = 'Amina Yusuf'") == [(1,)]


def test_a_rehearsal_tells_a_new_name_beside_a_new_role_and_accents_need_no_word(front: Front) -> None:
    front.write(
        "people.csv", "name,email,role,site,starts", "Amína YUSUF,amina@together.example,facilitator,RIV,2026-09-01"
    )
    rehearsed = front.run("load", "people.csv", "--check")
    assert "facilitator at RIV: name Amina Yusuf → Amína YUSUF" in rehearsed.stdout


def test_what_a_spreadsheet_adds_is_known(front: Front) -> None:
    row = "Ula One{0}ula@example.org{0}trainee{0}RIV{0}2026-04-03"
    head = "name{0}email{0}role{0}site{0}starts"
    files = {
        "sep.csv": f"sep=;\r\n{head.format(';')}\r\n{row.format(';')}\r\n".encode(),
        "column.csv": f"{head.format(',')},\r\n{row.format(',')},\r\n,,,,,\r\n".encode("utf-8-sig"),
        "unicode.csv": f"{head.format(chr(9))}\r\n{row.format(chr(9))}\r\n".encode("utf-16"),
    }
    for name, content in files.items():
        (front.folder / name).write_bytes(content)
        told = front.run("load", name, "--check")
        assert "ula@example.org, trainee at RIV" in told.stdout, (name, told.stderr)


def test_letters_that_nobody_sees_make_no_second_person(front: Front) -> None:
    head = "name,email,role,site,starts"
    front.write("one.csv", head, "Ed Five,ed@example.org,trainee,RIV,2026-04-03")
    front.write("two.csv", head, "\u200bEd\u00a0Fi\u00adve,ed@example.org\u200b,trainee,RIV,2026-04-03")
    assert front.run("load", "one.csv").returncode == 0
    again = front.run("load", "two.csv")
    assert again.stdout.split()[0] == "unchanged", again.stderr
    assert _rows(front, "select name from people_person where name like '%Five'") == [("Ed Five",)]


def test_people_get_places_in_the_programmes_of_their_row_or_in_the_only_one(front: Front) -> None:
    front.write(
        "people.csv",
        "name;email;role;site;starts;programmes",
        "Good One;good@example.org;trainee;RIV;2026-03-01;",
        "Nia Two;nia@example.org;coordinator;RIV;2026-03-01;growing-together",
        "Bo Three;bo@example.org;coordinator;RIV;2026-03-01;",
    )
    assert front.run("load", "people.csv").returncode == 0
    query = (
        "select p.name, g.slug, s.code, l.starts from programmes_place l join people_person p on p.id = l.person_id "
        "join sites_programme g on g.id = l.programme_id join sites_site s on s.id = l.site_id "
        "where l.starts > '2026-01-01' order by p.name"
    )
    given = [(name, "growing-together", "RIV", "2026-03-01") for name in ("Good One", "Nia Two")]
    assert _rows(front, query) == given
    again = front.run("load", "people.csv")
    assert "unchanged" in again.stdout and "joins" not in again.stdout and _rows(front, query) == given
    front.write(
        "more.csv", "name;email;role;site;starts;programmes", "Di Four;di@example.org;trainee;RIV;2026-03-01;none-such"
    )
    refused = front.run("load", "more.csv")
    assert refused.returncode == 1 and "more.csv:2: there is no programme none-such" in refused.stderr + refused.stdout
