"""What comes in a form in place of text that was typed."""

from training.demo.cast import known
from training.people.models import Membership


async def test_a_sign_that_no_database_keeps_is_left_out_of_what_was_typed(browse):
    dara, path = await browse("dara"), f"/people/{known('jude')}/memberships"
    given = {"role": "train\0ee", "site_id": str(known("site/OAK")), "starts": "2026-11-25"}
    assert (await dara.post(path, data=given)).status_code == 303
    assert await Membership.filter(person_id=known("jude"), role="trainee", site_id=known("site/OAK")).exists()


async def test_a_file_in_place_of_text_is_as_good_as_nothing_typed(browse):
    answer = await (await browse()).post("/sign-in", files={"email": ("a.txt", b"amina@together.example")})
    assert answer.status_code == 422 and "Enter your e-mail address" in answer.text
