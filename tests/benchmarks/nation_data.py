"""Fills a database with a nation: the people of the demo over and over, with other names, at other sites and times.

`python -m tests.benchmarks.nation_data --size 10000 --database postgres://…` makes the database anew, loads the demo
and copies its people until there are that many certificates. What is copied is read from the tables as they are, so a
new column needs no change here. The same seed gives the same nation. The service itself seals the facts in the end.
"""

import argparse
import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from certificates.credentials import facts
from certificates.credentials.bitstring import ENTRIES
from training.parsing.text import folded

Row = dict[str, Any]
OWNED = {
    "people_person": "id", "people_email": "person_id", "people_membership": "person_id",
    "people_relation": "person_id", "people_permission": "person_id", "programmes_place": "person_id",
    "records_record": "person_id",
    "records_participant": "record_id", "records_confirmation": "record_id", "records_tailoring": "record_id",
    "assessments_assessment": "person_id", "assessments_rater": "assessment_id", "assessments_rating": "assessment_id",
    "assessments_signature": "assessment_id", "courses_enrolment": "person_id", "courses_completion": "enrolment_id",
    "certificates_evaluation": "person_id", "certificates_decision": "person_id",
    "certificates_certification": "person_id", "certificates_certificate": "person_id",
    "certificates_state_change": "certification_id", "trail_fact": "person_id", "trail_followup": "subject_id",
}  # fmt: skip
"""Table → the column that says whose row it is: a person's, or another row's; those above first."""
UNIT_ROLES = ("central", "auditor", "administrator", "coordinator")
"""Nobody with such a role is copied."""
NATIONS, REGIONS, DISTRICTS, SITES = 4, 7, 6, 3_000
AT_RIV, AT_HAR = 100, 12
"""How many people come to the demo's own sites, whatever the size: what grows on their pages grows with the nation."""
FIRST = """Aisha Alun Amy Anna Anwen Ben Bethan Carys Chen Dafydd Daria David Dilys Eira Elena Eleri Ella Emma Emyr
Farid Fatima Ffion George Grace Gwyn Hannah Huw Ibrahim Ioan Iris Jack James Jana Joan John Jola Kate Kofi Laila Leah
Lena Lily Lucy Maja Marc Maria Mary Mei Mia Mina Mohamed Nia Nina Noah Olga Olivia Omar Owain Paul Peter Rhian Rosa"""
FIELDS = "Ash Bar Bright Brook Car Clay Cross Dale East Fair Field Glen Green Hart Hill Kings Lang Long Mar"
ENDINGS = "ley ton ford field ham worth well wood by den low dale stead bury croft more gate"
UUID_ = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
FLUSH = 10_000


@dataclass
class Original:
    """Somebody of the demo with the rows that are theirs, by table; a text that each copy says anew is in parts."""

    name: str
    rows: dict[str, list[Row]]
    ids: set[UUID]

    def __post_init__(self) -> None:
        certificates = self.rows["certificates_certificate"]
        said = [str(one[name]) for one in certificates for name in ("serial", "verify_token", "credential_id")]
        anew = re.compile(f"({'|'.join(map(re.escape, [*map(str, self.ids), *said, self.name]))})")
        for row in (row for rows in self.rows.values() for row in rows):
            for column, value in row.items():
                if isinstance(value, str) and len(parts := anew.split(value)) > 1:
                    row[column] = tuple(parts)
        # Work on what is not copied, such as a visit, is not copied either: its key would stay the same.
        self.rows["trail_followup"] = [one for one in self.rows["trail_followup"] if isinstance(one["key"], tuple)]

    @property
    def certificates(self) -> int:
        """How many certificates each copy adds."""
        return len(self.rows["certificates_certificate"])


class Nation:
    """What the tables of the demo become."""

    def __init__(self, demo: dict[str, list[Row]], *, certificates: int, seed: int) -> None:
        self.demo, self.asked, self.chance = demo, certificates, Random(seed)
        self.originals = list(self._originals())
        self.certificates = self.people = 0
        self.last_fact = max(one["id"] for one in demo["trail_fact"])
        self.list = demo["certificates_status_list"][0]
        self.taken = self.list["taken"]
        self.own = {one["code"]: one for one in demo["sites_site"]}
        self.sites: list[UUID] = []
        self.first, self.last = FIRST.split(), [one + two for one in FIELDS.split() for two in ENDINGS.split()]

    def _originals(self) -> Iterator[Original]:
        staff = {one["person_id"] for one in self.demo["people_membership"] if one["role"] in UNIT_ROLES}
        for person in self.demo["people_person"]:
            if person["id"] not in staff:
                found, rows = {person["id"]}, {}
                for table, owner in OWNED.items():
                    rows[table] = [
                        one for one in self.demo[table] if _uuid(one[owner]) in found and one.get("state") != "done"
                    ]
                    found |= {one["id"] for one in rows[table] if isinstance(one["id"], UUID)}
                copies = {table: [dict(one) for one in mine] for table, mine in rows.items()}
                yield Original(person["name"], copies, found)

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Gives each new row with its table."""
        yield from self._places()
        while self.certificates < self.asked:
            yield from self._copy(self.originals[self.people % len(self.originals)])
            self.people += 1
        for number in range(1, self.taken // ENTRIES + 1):
            yield (
                "certificates_status_list",
                self.list | {"id": self._list(number), "number": self.list["number"] + number},
            )

    def _places(self) -> Iterator[tuple[str, Row]]:
        area, adoption = self.demo["sites_area"][0], self.demo["programmes_adoption"][0]
        districts = []
        for nation in range(1, NATIONS + 1):
            for region in range(REGIONS + 1):
                for district in range(DISTRICTS + 1) if region else (0,):
                    codes = [f"N{nation}", *([f"N{nation}R{region}"] if region else ())]
                    codes += [f"{codes[-1]}D{district}"] if district else []
                    row = area | {
                        "id": self._id(),
                        "code": codes[-1],
                        "name": codes[-1],
                        "path": f"/{'/'.join(codes)}/",
                    }
                    yield "sites_area", row | {"parent_id": None}
                    districts += [row["id"]] if district else []
        for number in range(SITES):
            site = self.own["RIV"] | {
                "id": self._id(),
                "code": f"S{number:05}",
                "area_id": districts[number % len(districts)],
            }
            self.sites.append(site["id"])
            yield "sites_site", site | {"name": f"{self.chance.choice(self.last)} family centre {number}"}
            yield "programmes_adoption", adoption | {"id": self._id(), "site_id": site["id"]}

    def _copy(self, original: Original) -> Iterator[tuple[str, Row]]:
        """Gives the rows of somebody who is like an original, at one site, some time before."""
        pick, number = self.chance, self.people
        mask, earlier = pick.getrandbits(128), timedelta(pick.randrange(0, 1200))
        name = f"{pick.choice(self.first)} {pick.choice(self.last)}"
        site = (
            self.own["RIV" if number < AT_RIV else "HAR"]["id"] if number < AT_RIV + AT_HAR else pick.choice(self.sites)
        )
        anew = {one: UUID(int=one.int ^ mask) for one in original.ids} | {one["id"]: site for one in self.own.values()}
        words = {str(one): str(new) for one, new in anew.items()} | {original.name: name}
        for row in original.rows["certificates_certificate"]:
            self.certificates += 1
            words |= {
                _said(row["serial"]): facts.serial("GT", year=row["reserved"].year, number=100_000 + self.certificates),
                _said(row["verify_token"]): facts.verify_token(random=pick.randbytes),
                _said(row["credential_id"]): f"urn:uuid:{UUID(int=pick.getrandbits(128))}",
            }

        def changed(value: Any) -> Any:
            if isinstance(value, UUID):
                return anew.get(value, value)
            if isinstance(value, date):
                return value - earlier
            return "".join([words.get(one, one) for one in value]) if isinstance(value, tuple) else value

        for table, rows in original.rows.items():
            for row in rows:
                yield table, SPECIAL.get(table, _same)(self, {one: changed(value) for one, value in row.items()}, mask)
        if number < AT_RIV + AT_HAR + SITES and number >= AT_RIV + AT_HAR:
            like = original.rows["people_membership"][0]
            row = {one: changed(value) for one, value in like.items()} | {"id": self._id(), "role": "coordinator"}
            yield "people_membership", row | {"site_id": self.sites[number - AT_RIV - AT_HAR], "ends": None}

    def person(self, row: Row, _: int) -> Row:
        """Folds the name anew."""
        return row | {"folded": folded(row["name"])}

    def email(self, row: Row, _: int) -> Row:
        """Makes the address one of its own."""
        return row | {"address": f"p{self.people}.{row['address']}"}

    def keyed(self, row: Row, mask: int) -> Row:
        """Makes the key of a form one of its own."""
        return row | {"entry_key": UUID(int=row["entry_key"].int ^ mask)}

    def certificate(self, row: Row, _: int) -> Row:
        """Gives a certificate the next place in a status list, and the digest of its facts."""
        number, self.taken = self.taken, self.taken + 1
        frozen = json.dumps(json.loads(row["facts"]), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return row | {
            "status_list_id": self._list(number // ENTRIES), "status_index": number % ENTRIES, "facts": frozen,
            "facts_sha256": sha256(frozen.encode()).hexdigest(),
        }  # fmt: skip

    def fact(self, row: Row, _: int) -> Row:
        """Numbers a fact; it is sealed in the end."""
        self.last_fact += 1
        return row | {"id": self.last_fact, "seal_id": None, "position": None, "leaf": None, "rows": "{}"}

    def _list(self, number: int) -> UUID:
        return UUID(int=self.list["id"].int ^ number)

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))


def _said(parts: tuple[str, ...]) -> str:
    return parts[1]


def _same(_: Nation, row: Row, __: int) -> Row:
    return row


SPECIAL: dict[str, Callable[[Nation, Row, int], Row]] = {
    "people_person": Nation.person, "people_email": Nation.email, "certificates_certificate": Nation.certificate,
    "records_record": Nation.keyed, "assessments_assessment": Nation.keyed, "trail_fact": Nation.fact,
}  # fmt: skip
"""Table → what a copy needs of its own there."""


def _uuid(value: Any) -> Any:
    return UUID(value) if isinstance(value, str) and UUID_.fullmatch(value) else value


class Postgres:
    """Writes by COPY, without plain indexes meanwhile and without looking up foreign keys row by row."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def anew(self) -> None:
        """Makes an empty database."""
        await self.dropped()
        server, name = self.url.rsplit("/", 1)
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()

    async def dropped(self) -> None:
        """Drops the database."""
        server, name = self.url.rsplit("/", 1)
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.close()

    async def read(self) -> dict[str, list[Row]]:
        """Reads every table that is copied or copied from."""
        self.connection = await asyncpg.connect(self.url, command_timeout=None)
        await self.connection.set_type_codec(
            "jsonb", schema="pg_catalog", format="binary",
            encoder=lambda text: b"\x01" + text.encode(), decoder=lambda raw: raw[1:].decode(),
        )  # fmt: skip
        return {table: [dict(row) for row in await self.connection.fetch(f"SELECT * FROM {table}")] for table in READ}

    async def write(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Writes the rows, the indexes after them."""
        run = self.connection.execute
        await run(
            "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '1GB'"
        )
        indexes = await self.connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
        )
        for one in indexes:
            await run(f'DROP INDEX "{one["indexname"]}"')
        for table, columns, values in batches(rows):
            await self.connection.copy_records_to_table(table, records=values, columns=columns)
        for one in indexes:
            await run(one["indexdef"])
        await run("SELECT setval('trail_fact_id_seq', (SELECT max(id) FROM trail_fact))")
        await run("VACUUM ANALYZE")
        await self.connection.close()


class Sqlite:
    """Writes in one transaction, without plain indexes meanwhile."""

    def __init__(self, url: str) -> None:
        self.path = Path(url.removeprefix("sqlite://"))

    async def anew(self) -> None:
        """Removes the file that is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    async def read(self) -> dict[str, list[Row]]:
        """Reads every table that is copied or copied from; ids, days and moments are texts there."""
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        return {table: [{name: _typed(row[name]) for name in row.keys()}  # noqa: SIM118
                        for row in self.connection.execute(f"SELECT * FROM {table}")] for table in READ}  # fmt: skip

    async def write(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Writes the rows, the indexes after them."""
        run = self.connection.execute
        run("PRAGMA foreign_keys = OFF")
        run("PRAGMA synchronous = OFF")
        indexes = run(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'"
        ).fetchall()
        run("BEGIN")
        for name, _ in indexes:
            run(f'DROP INDEX "{name}"')
        for table, columns, values in batches(rows):
            names, marks = ", ".join(f'"{one}"' for one in columns), ", ".join("?" * len(columns))
            texts = [[str(one) if isinstance(one, UUID | date) else one for one in row] for row in values]
            self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", texts)
        for _, sql in indexes:
            run(sql)
        run("COMMIT")
        self.connection.close()


READ = (*OWNED, "sites_area", "sites_site", "programmes_adoption", "certificates_status_list")


def batches(rows: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Gives many rows of one table at a time."""
    waiting: dict[str, list[list[Any]]] = {}
    columns: dict[str, list[str]] = {}
    for table, row in rows:
        columns[table] = [*row]
        waiting.setdefault(table, []).append([*row.values()])
        if len(waiting[table]) >= FLUSH:
            yield table, columns[table], waiting.pop(table)
    for table, values in waiting.items():
        yield table, columns[table], values


def _typed(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > len("2026-11-30 10:00:00.000000+00:00") + 4:
        return value
    for shape, read in ((UUID_, UUID), (DAY, date.fromisoformat), (MOMENT, datetime.fromisoformat)):
        if shape.fullmatch(value):
            return read(value)
    return value


DAY, MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+\d\d:\d\d")


def environment(database: str, folder: Path) -> dict[str, str]:
    """Gives the settings of a service over a nation."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {
        "DATABASE_URL": database, "SECRET_KEY": "a nation's secret key, long enough for it",
        "STORAGE_URL": str(folder / "files"), "PUBLIC_URL": "http://localhost:8200",
        "MAIL_URL": f"file:{folder / 'mail'}", "DEMO": "on", "PDF": "off",
        "OUTBOUND_ALLOW": "127.0.0.1,localhost", "LOG_FORMAT": "json",
    }  # fmt: skip
    return os.environ | {f"TRAINING_{name}": value for name, value in own.items()}


async def fill(database: str, folder: Path, *, certificates: int, seed: int = 1) -> Nation:
    """Makes the database anew and fills it."""
    sink = Postgres(database) if database.startswith("postgres") else Sqlite(database)
    await sink.anew()
    training = [sys.executable, "-m", "training"]
    for words in (["migrate"], ["seed"], ["work", "--once"]):
        subprocess.run([*training, *words], env=environment(database, folder), check=True, stdout=subprocess.DEVNULL)
    nation = Nation(await sink.read(), certificates=certificates, seed=seed)
    await sink.write(nation.rows())
    subprocess.run(
        [*training, "trail", "head"], env=environment(database, folder), check=True, stdout=subprocess.DEVNULL
    )
    return nation


def main() -> None:
    """Fills the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="postgres://… or sqlite://…; it is dropped and made anew")
    parser.add_argument("--size", type=int, default=10_000, help="how many certificates")
    parser.add_argument("--folder", type=Path, default=Path("var/nation"), help="for files and mails")
    asked = parser.parse_args()
    begun = time.perf_counter()
    nation = asyncio.run(fill(asked.database, asked.folder, certificates=asked.size))
    print(f"{nation.certificates:,} certificates, {nation.people:,} people in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
