"""Makes sound course packages at random: their words, their ends of lines, their order and their bytes."""

from random import Random

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = [
    "listen",
    "wait",
    "greet",
    "play",
    "praise",
    "sit",
    "table",
    "circle",
    "song",
    "“yes”",
    "naïve",
    "ŵyn",
    "été",
    "家",
    "🙂",
    "don't",
    "3/4",
    "a—b",
    "#1",
    "c:",
    "d",
]
PNG = b"\x89PNG\r\n\x1a\n"


class RandomPackage:
    """One package, the same for the same seed; `files` are its files by name."""

    def __init__(self, seed: int) -> None:
        self.chance, self.slug = Random(seed), f"random-{seed}"
        self.languages = ["en"] if self.chance.random() < 0.5 else ["en", "cy"]
        self.files: dict[str, bytes] = {}
        modules = [self._module(number) for number in range(self.chance.randint(1, 3))]
        head = [
            f"course: {self.slug}", f"title: {self._quoted()}", f'version: "{self.chance.randint(1, 9)}"',
            f"edit_class: {self.chance.choice(['wording', 'content', 'requirement', 'safety'])}",
            f"languages: [{', '.join(self.languages)}]", f"learning: {self.slug} course", "modules:",
        ]  # fmt: skip
        self._text("course.yaml", "\n".join([*head, *modules]) + "\n")
        if self.chance.random() < 0.4:
            self.files["notes/left-over.bin"] = self.chance.randbytes(self.chance.randint(0, 300))

    def _module(self, number: int) -> str:
        folder, pages = f"module-{number}", self.chance.randint(1, 4)
        lines = []
        for at in range(pages):
            name = f"{at:02}-{''.join(self.chance.choices(LETTERS, k=5))}"
            picture = f"{name}.png" if self.chance.random() < 0.4 else ""
            if picture:
                self.files[f"{folder}/{picture}"] = PNG + self.chance.randbytes(self.chance.randint(1, 2000))
            for language in self.languages:
                ending = "" if language == "en" else f".{language}"
                shown = f"\n\n![{self._said(3)}]({picture})" if picture else ""
                self._text(
                    f"{folder}/{name}{ending}.md", f"---\ntitle: {self._quoted()}\n---\n{self._paragraphs()}{shown}\n"
                )
            tailoring = self.chance.choice(["core", "adaptable", "free"])
            lines.append(f"  - {{page: {name}.md, tailoring: {tailoring}, minutes: {self.chance.randint(1, 9)}}}")
        rule = "{pages: all}"
        if self.chance.random() < 0.5:
            rule = "{pages: all, task: done}"
            lines.append("  - {task: task.md}")
            for language in self.languages:
                ending = "" if language == "en" else f".{language}"
                self._text(f"{folder}/task{ending}.md", f"---\ntitle: {self._quoted()}\nhand_in: note\n---\nDo it.\n")
        remark = "  # kept as it is\n" if self.chance.random() < 0.5 else ""
        self._text(f"{folder}/module.yaml", "activities:\n" + remark + "\n".join(lines) + "\n")
        return (
            f"  - module: {folder}\n    title: {self._quoted()}\n    minutes: {self.chance.randint(1, 90)}\n"
            f"    languages: [{', '.join(self.languages)}]\n    complete: {rule}"
        )

    def _said(self, most: int) -> str:
        return " ".join(self.chance.choices(WORDS[:8], k=self.chance.randint(1, most)))

    def _quoted(self) -> str:
        return "'" + " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 4))).replace("'", "''") + "'"

    def _paragraphs(self) -> str:
        some = [
            " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 30))) for _ in range(self.chance.randint(1, 4))
        ]
        return "\n\n".join(some)

    def _text(self, name: str, text: str) -> None:
        if self.chance.random() < 0.2:
            text = text.replace("\n", "\r\n")
        mark = "\ufeff" if name.endswith(".md") and self.chance.random() < 0.1 else ""
        self.files[name] = (mark + text).encode()
