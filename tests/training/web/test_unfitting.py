"""What no column can hold: junk from outside is answered, and leaves one line in the log and no trace."""


async def test_a_name_longer_than_any_column_is_answered_and_leaves_no_trace(browse, capsys):
    amina = await browse("amina")
    answer = await amina.post(f"/courses/{'x' * 300}/start", data={"language": "en"})
    assert answer.status_code == 422 and "longer than we can keep" in answer.text
    log = capsys.readouterr().out
    assert "unfitting" in log and "courses/learning/journey.py:" in log
    assert "Traceback" not in log and "x" * 300 not in log.split("unfitting")[1].splitlines()[0]
