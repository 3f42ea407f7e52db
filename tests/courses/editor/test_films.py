"""A film is put into a module by a form that asks for captions and words, and nothing is lost where one is missing."""

from tests.training.drafts.conftest import begun, small_steps
from training.drafts.models import DraftFile

__all__ = ["small_steps"]
MP4 = b"\0\0\0\x18ftypmp42" + b"film" * 50
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\nHello everybody.\n"


async def test_a_film_needs_its_captions_and_words_and_is_shown_as_a_learner_sees_it(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", small_steps)
    assert f'href="{draft}/film?module=hearing"' in (await bruno.get(draft)).text
    sent = {"folder": "hearing", "title": "A first hello: how", "minutes": "2", "seconds": "30", "words": ""}
    srt = VTT.replace(b".000", b",000")
    for files, words in (
        ({"file": ("a.mp4", MP4)}, "Choose the captions"),
        ({"file": ("a.txt", b"no film"), "captions": ("a.vtt", VTT)}, "Choose a film"),
        ({"file": ("a.mp4", MP4), "captions": ("a.vtt", srt)}, "a comma stands where browsers read a point"),
    ):
        refused = await bruno.post(f"{draft}/film", data=sent, files=files)
        assert refused.status_code == 422 and words in refused.text and "Write what is said and shown" in refused.text
        assert 'value="A first hello: how"' in refused.text, "nothing typed is lost"
    assert not await DraftFile.filter(path__contains="hello").exists()
    sent |= {"words": "A leader says hello.\n\nParents smile."}
    added = await bruno.post(f"{draft}/film", data=sent, files={"file": ("a.mp4", MP4), "captions": ("a.vtt", VTT)})
    assert added.status_code == 303, added.text
    named = await DraftFile.filter(path__contains="a-first-hello").order_by("path").values_list("path", flat=True)
    stem = named[0].removesuffix("-words.md")
    assert sorted(named) == sorted(f"{stem}{end}" for end in ("-words.md", ".mp4", ".vtt", ".yaml"))
    told = (await bruno.get(draft)).text
    assert f"its translation {stem}.cy.yaml is missing" in told and "To mend before it can be published: 1" in told
    shown = (await bruno.get(f"{draft}/preview/{stem}")).text
    assert "Parents smile." in shown and "<track" in shown and "video/mp4" in shown
    film = shown.split('<source src="')[1].split('"')[0].rpartition("/")[2]
    assert (await bruno.get(f"{draft}/media/{film}")).content == MP4
