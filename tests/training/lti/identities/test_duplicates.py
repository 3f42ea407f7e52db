"""Two records of one person are proposed where an LMS tells the address that both have, to whoever manages both."""

import re
from html import unescape
from uuid import uuid4

import pytest

from tests.today import NOW
from training.demo.cast import known
from training.lti.models import Identity, Registration
from training.people.models import Email, Membership, Person, Phone


@pytest.fixture
async def newcomer(database):
    """Makes somebody who came through an LMS that tells their address."""
    row = await Registration.create(
        id=uuid4(), unit_id=known("together"), issuer="https://lms.example", client_id="c", auth_url="https://a",
        token_url="https://t", jwks_url="https://j", created=NOW,
    )  # fmt: skip

    async def made(name: str, email: str, site: str = "RIV", **more: bool) -> Person:
        person = await Person.create(id=uuid4(), unit_id=known("together"), name=name, created=NOW)
        await Membership.create(person_id=person.id, role="trainee", site_id=known(f"site/{site}"), starts="2026-01-01")
        await Identity.create(
            id=uuid4(), registration=row, sub=str(uuid4()), person=person, email=email, created=NOW, **more
        )  # fmt: skip
        return person

    return made


@pytest.mark.by_hand
async def test_a_pair_is_proposed_to_whoever_manages_both_and_nothing_is_joined(newcomer, browse):
    twin = await newcomer("Amina Y.", "amina@together.example")
    for key in ("chloe", "dara", "farah"):
        browser = await browse(key)
        assert "/people/alike" in (await browser.get("/people")).text, key
        page = (await browser.get("/people/alike")).text
        assert str(twin.id) in page and str(known("amina")) in page and "amina@together.example" in page, key
    emre = await browse("emre")
    assert "Amina" not in (await emre.get("/people/alike")).text
    assert "/people/alike" not in (await (await browse("hana")).get("/people")).text
    assert (await (await browse("amina")).get("/people/alike")).status_code == 403
    assert (await Email.get(address="amina@together.example")).person_id == known("amina")


@pytest.mark.by_hand
async def test_a_tool_that_was_registered_anew_makes_one_pair_of_two_identities(newcomer, browse):
    await newcomer("Twin One", "twin@lms.example")
    await newcomer("Twin Two", "twin@lms.example")
    page = (await (await browse("chloe")).get("/people/alike")).text
    assert page.count("twin@lms.example") == 1 and "Twin One" in page and "Twin Two" in page


@pytest.mark.by_hand
async def test_test_users_erased_people_other_sites_and_addresses_for_letters_make_no_pair(newcomer, browse):
    await newcomer("A Test", "jude@together.example", test_user=True)
    await newcomer("Elsewhere", "hana@together.example", site="HAR")
    gone = await newcomer("Gone", "ivan@together.example")
    await Person.filter(id=gone.id).update(erased_at=NOW)
    await newcomer("Typed", "typed@post.example")
    await Email.create(
        id=uuid4(), unit_id=known("together"), person_id=known("nadia"), address="typed@post.example", mail_only=True
    )  # fmt: skip
    assert "No two records" in (await (await browse("chloe")).get("/people/alike")).text


@pytest.fixture
async def namesake(database):
    """Makes somebody of a name, with a role at a site."""

    async def made(name: str, site: str = "RIV", number: str = "") -> Person:
        person = await Person.create(id=uuid4(), unit_id=known("together"), name=name, created=NOW)
        await Membership.create(person_id=person.id, role="trainee", site_id=known(f"site/{site}"), starts="2026-01-01")
        if number:
            await Phone.create(id=uuid4(), person_id=person.id, number=number, recorded=NOW)
        return person

    return made


def named_pairs(page):
    """Each pair of one name with what says so, as the page tells it."""
    part = page.partition("The same name</h2>")[2].partition("</ul>")[0]
    lines = re.findall(r"<li>(.*?)</li>", part, re.S)
    ids = [frozenset(re.findall(r'href="/people/([0-9a-f-]{36})"', line)) for line in lines]
    why = [re.search(r"</a>: ([^<\n]*?)(?:\. <a|\n|$)", line)[1] for line in lines]
    return list(zip(ids, why, strict=True))


@pytest.mark.by_hand
async def test_records_of_one_name_are_proposed_where_a_site_or_a_number_agrees(namesake, browse):
    here = [await namesake("Ŵyn Evans-Price"), await namesake("wyn evans-price")]
    far = [
        await namesake("Sara Lloyd", "RIV", "+44 29 2018 0100"),
        await namesake("Sara Lloyd", "HAR", "029 2018-0100"),
    ]
    await namesake("Ann Hughes"), await namesake("Ann Hughes", "HAR")  # nothing but the name
    await namesake("Ann Howells")
    dara = await browse("dara")
    pairs = named_pairs((await dara.get("/people/alike")).text)
    assert pairs == [
        (frozenset(str(one.id) for one in far), "both have a telephone number that ends in 920180100"),
        (frozenset(str(one.id) for one in here), "both were at Riverside Family Centre"),
    ]
    chloe = named_pairs((await (await browse("chloe")).get("/people/alike")).text)  # the other Sara is not hers
    assert chloe == pairs[1:]


@pytest.mark.by_hand
async def test_a_pair_of_one_name_is_merged_or_told_apart_from_the_list_and_not_proposed_again(namesake, browse):
    one, other, third = [await namesake("Ŵyn Evans") for _ in range(3)]
    dara = await browse("dara")
    page = (await dara.get("/people/alike")).text
    assert len(named_pairs(page)) == 3
    first, second = sorted((one.id, other.id), key=str)
    assert f'href="/people/{first}/merge/{second}"' in page
    assert (await dara.get(f"/people/{first}/merge/{second}?chosen=")).status_code == 200
    assert f'href="/people/alike/{first}/{second}"' in page
    asked = (await dara.get(f"/people/alike/{first}/{second}")).text
    assert "They are not listed as one person any more" in asked
    told = await dara.post(f"/people/alike/{first}/{second}", data={"reason": "I have met both."})
    assert told.status_code == 303
    left = [pair for pair, _ in named_pairs((await dara.get("/people/alike")).text)]
    assert sorted(map(sorted, left)) == sorted(sorted((str(third.id), str(who))) for who in (first, second))
    await Person.filter(id=third.id).update(merged_into_id=first)
    page = (await dara.get("/people/alike")).text
    assert named_pairs(page) == [] and "I have met both." in page


@pytest.mark.by_hand
async def test_whoever_shares_neither_name_nor_address_cannot_be_told_apart(namesake, browse):
    one, other = await namesake("Wyn Evans"), await namesake("Wyn Price")
    told = await (await browse("dara")).post(f"/people/alike/{one.id}/{other.id}", data={"reason": "I know."})
    assert told.status_code == 409


@pytest.mark.by_hand
async def test_a_name_of_very_many_at_one_site_makes_no_pairs_at_all(namesake, browse):
    for _ in range(11):
        await namesake("Ann Jones")
    assert named_pairs((await (await browse("dara")).get("/people/alike")).text) == []


@pytest.mark.by_hand
async def test_an_address_for_letters_makes_a_pair_of_two_records_of_one_name_alone(newcomer, namesake, browse):
    twin = await newcomer("Sam Rees", "sam@post.example", site="HAR")
    same, other = await namesake("Sam Rees"), await namesake("Sian Rees")
    for one, address in ((same, "sam@post.example"), (other, "sian@post.example")):
        await Email.create(id=uuid4(), unit_id=known("together"), person_id=one.id, address=address, mail_only=True)
    await newcomer("Somebody Else", "sian@post.example")
    pairs = named_pairs((await (await browse("dara")).get("/people/alike")).text)
    assert pairs == [(frozenset((str(twin.id), str(same.id))), "both have the address sam@post.example")]


@pytest.mark.by_hand
async def test_two_records_are_one_pair_with_all_that_agrees_whichever_has_the_address(newcomer, browse):
    one, other = await newcomer("Sam Rees", "sam@lms.example"), await newcomer("Sam Rees", "sam@post.example")
    for who, address in ((one, "sam@post.example"), (other, "sam@lms.example")):
        await Email.create(id=uuid4(), unit_id=known("together"), person_id=who.id, address=address, mail_only=True)
    ((pair, why),) = named_pairs((await (await browse("dara")).get("/people/alike")).text)
    assert pair == {str(one.id), str(other.id)}
    assert sorted(why.split("; ")) == [
        "both have the address sam@lms.example",
        "both have the address sam@post.example",
        "both were at Riverside Family Centre",
    ]


@pytest.mark.by_hand
async def test_many_pairs_come_page_by_page_each_once_and_it_is_said_how_many_there_are(namesake, newcomer, browse):
    twin = await newcomer("Amina Y.", "amina@together.example")
    for at in range(52):
        await namesake(f"Pair {at:02}"), await namesake(f"Pair {at:02}")
    for key in ("dara", "chloe"):
        browser, path, found = await browse(key), "/people/alike", []
        while path:
            page = unescape((await browser.get(path)).text)
            assert "53 pairs in all, 50 on a page" in page
            found += re.findall(r'<li><a class="govuk-link" href="/people/([^"]+)">', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = following[1] if following else ""
        assert len(found) == len(set(found)) == 53 and {str(twin.id), str(known("amina"))} & set(found), key
    assert (await browser.get("/people/alike?after=3.x.y")).status_code == 200
