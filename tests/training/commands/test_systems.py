"""Learning systems and keys from the command line: connect, list, queue and send scores again, rotate."""

import json
import socket

from tests.training.commands.conftest import Front


def _closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _connect(front: Front, *more: str) -> list[str]:
    home = f"http://127.0.0.1:{_closed_port()}"
    return [
        "lti", "add", "--issuer", home, "--client-id", "ours", "--auth-url", f"{home}/auth",
        "--token-url", f"{home}/token", "--jwks-url", f"{home}/keys", "--deployment-id", "1", *more,
    ]  # fmt: skip


def test_an_lms_is_connected_once_listed_and_tried(front: Front) -> None:
    words = _connect(front, "--deployment-id", "2", "--service-host", "files.example", "--profile", "moodle")
    added = front.run(*words)
    assert added.returncode == 0, added.stderr
    again = front.run(*words)
    assert again.returncode == 1
    assert again.stderr == "This issuer and client id are registered already. See: training lti list.\n"

    (row,) = json.loads(front.run("lti", "list", "--json").stdout)
    assert row["id"] in added.stdout
    assert (row["client_id"], row["profile"], row["state"]) == ("ours", "moodle", "active")
    assert sorted(row["deployments"]) == ["1", "2"]

    nowhere = front.run("lti", "sync-members", "--registration", row["id"], "--context", "c-1", "--json")
    assert nowhere.returncode == 1 and nowhere.stdout == "" and nowhere.stderr.count("\n") == 1

    tried = front.run("lti", "test", row["id"], OUTBOUND_ALLOW="127.0.0.1")
    assert tried.returncode == 1 and "fault  Keys:" in tried.stdout and "Traceback" not in tried.stderr


def test_a_score_is_queued_by_hand_refused_when_senseless_and_queued_again(front: Front) -> None:
    front.run(*_connect(front))
    (system,) = json.loads(front.run("lti", "list", "--json").stdout)
    where = ["--registration", system["id"], "--user", "u-7", "--line-item", f"{system['issuer']}/item/1"]
    final = ["--progress", "Completed", "--grading", "FullyGraded"]
    senseless = front.run("lti", "send-score", *where, *final, "--given", "-1", "--maximum", "0")
    assert senseless.returncode == 1 and senseless.stderr.startswith("This score cannot be sent.")

    queued = front.run("lti", "send-score", *where, *final, "--given", "8", "--maximum", "10")
    assert queued.returncode == 0, queued.stderr
    (row,) = json.loads(front.run("lti", "scores", "--json").stdout)
    wanted = {"sub": "u-7", "given": 8.0, "maximum": 10.0, "state": "queued", "attempts": 0, "sent_at": None}
    assert row | wanted == row and row["line_item"].endswith("/item/1") and row["id"] in queued.stdout

    assert front.run("lti", "resend", row["id"]).returncode == 0
    unknown = front.run("lti", "resend", "nothing")
    assert unknown.returncode == 1 and unknown.stderr == "There is no score nothing. See: training lti scores.\n"


def test_wrong_usage_is_exit_code_2_and_asks_for_what_is_missing(front: Front) -> None:
    done = front.run("lti", "add", "--issuer", "https://lms.example")
    assert done.returncode == 2 and "--client-id" in done.stderr


def test_keys_are_announced_once_and_given_up_at_once(front: Front) -> None:
    assert front.run("keys", "rotate", "--issuer", "together").returncode == 0
    front.run("keys", "rotate", "--issuer", "together")
    rows = json.loads(front.run("keys", "list", "--json").stdout)
    purposes = [row["purpose"] for row in rows]
    assert {"document", "token"} <= set(purposes) and len(purposes) == len(set(purposes))
    assert {(row["issuer"], row["state"]) for row in rows} == {("together", "announced")}
    kid = rows[0]["kid"]
    assert front.run("keys", "compromise", kid).stdout.startswith(f"The key {kid} is given up.")
    states = {row["kid"]: row["state"] for row in json.loads(front.run("keys", "list", "--json").stdout)}
    assert states[kid] == "compromised"
    nobody = front.run("keys", "rotate", "--issuer", "nobody")
    assert nobody.returncode == 1 and "There is no central unit nobody." in nobody.stderr


def test_people_who_used_lti_1_1_are_told_once_and_a_file_with_a_mistake_changes_nothing(front: Front) -> None:
    wrong = front.write("wrong.csv", "user_id,person", "1,amina@together.example", "2,nobody@together.example")
    refused = front.run("lti", "former-users", "old-key", wrong, "--secret", "old-secret")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "wrong.csv:3: nobody here is nobody@together.example" in refused.stderr
    right = front.write("right.csv", "user_id,person", "1,Amina@together.example", "2,jude@together.example")
    for number in (2, 0):
        told = front.run("lti", "former-users", "old-key", right, "--secret", "old-secret")
        assert (told.returncode, told.stdout.split()[0]) == (0, str(number)), told.stderr
    assert "old-secret" not in (front.folder / "training.db").read_bytes().decode("latin-1")
