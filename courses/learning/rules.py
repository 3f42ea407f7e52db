"""The rules of learning: when a module is done, what it still needs, and where to go on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What an activity is."""

    PAGE = "page"
    VIDEO = "video"
    QUIZ = "quiz"
    TASK = "task"
    SCORM = "scorm"


class State(StrEnum):
    """How far somebody is, in the words shown to them."""

    LOCKED = "Not open yet"
    NOT_STARTED = "Not started"
    STARTED = "In progress"
    DONE = "Done"


@dataclass(frozen=True)
class Step:
    """An activity, as far as the rules look at it."""

    id: UUID
    slug: str
    kind: Kind


@dataclass(frozen=True)
class ModulePlan:
    """A module, as far as the rules look at it: its steps, what it needs first, and when it is done."""

    slug: str
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    pages: bool = True
    quiz_pass: int | None = None
    tasks: bool = False


@dataclass(frozen=True)
class Reached:
    """What one person has done so far: activities opened and done, quizzes passed, modules completed."""

    opened: frozenset[UUID] = frozenset()
    done: frozenset[UUID] = frozenset()
    completed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Left:
    """What a module still asks for."""

    pages: int = 0
    lessons: int = 0
    quizzes: int = 0
    tasks: int = 0

    @property
    def nothing(self) -> bool:
        """Nothing is left to do."""
        return not (self.pages or self.lessons or self.quizzes or self.tasks)


@dataclass(frozen=True)
class Here:
    """Where to go on: a module and one of its activities."""

    module: str
    activity: str


@dataclass(frozen=True)
class CoursePlan:
    """All modules of a version, in order."""

    plans: tuple[ModulePlan, ...] = field(default=())

    def plan(self, slug: str) -> ModulePlan:
        """The module of this name; KeyError when there is none."""
        return {plan.slug: plan for plan in self.plans}[slug]


def plan_from(
    slug: str, steps: Sequence[Step], *, needs: Collection[str], complete: Mapping[str, object]
) -> ModulePlan:
    """A module's plan from its completion rule as written: `{pages: all, quiz: {pass: 80}, task: done}`."""
    quiz = complete.get("quiz")
    quiz_pass = int(quiz["pass"]) if isinstance(quiz, Mapping) else None
    return ModulePlan(
        slug=slug,
        steps=tuple(steps),
        needs=tuple(needs),
        pages="pages" in complete,
        quiz_pass=quiz_pass,
        tasks="task" in complete,
    )


def left_to_do(plan: ModulePlan, reached: Reached) -> Left:
    """What the module's completion rule still asks of this person."""
    open_steps = [step.kind for step in plan.steps if step.id not in reached.done]
    return Left(
        pages=sum(kind in (Kind.PAGE, Kind.VIDEO) for kind in open_steps) if plan.pages else 0,
        lessons=open_steps.count(Kind.SCORM) if plan.pages else 0,
        quizzes=open_steps.count(Kind.QUIZ) if plan.quiz_pass is not None else 0,
        tasks=open_steps.count(Kind.TASK) if plan.tasks else 0,
    )


def needed_first(plan: ModulePlan, reached: Reached) -> tuple[str, ...]:
    """The modules that must be done before this one opens, and are not."""
    return tuple(slug for slug in plan.needs if slug not in reached.completed)


def state_of(plan: ModulePlan, reached: Reached) -> State:
    """How far the person is in the module; a completion once given stays."""
    if plan.slug in reached.completed:
        return State.DONE
    if needed_first(plan, reached):
        return State.LOCKED
    if any(step.id in reached.opened or step.id in reached.done for step in plan.steps):
        return State.STARTED
    return State.NOT_STARTED


def step_state(step: Step, reached: Reached) -> State:
    """How far the person is in one activity."""
    if step.id in reached.done:
        return State.DONE
    return State.STARTED if step.id in reached.opened else State.NOT_STARTED


def course_done(course: CoursePlan, completed: Collection[str]) -> bool:
    """Every module of the course is completed."""
    return bool(course.plans) and all(plan.slug in completed for plan in course.plans)


def place_in(plan: ModulePlan, reached: Reached) -> Here:
    """Where to go on in this module: its first activity not done, or its first when all is done."""
    unfinished = (step for step in plan.steps if step.id not in reached.done)
    return Here(plan.slug, next(unfinished, plan.steps[0]).slug)


def next_place(course: CoursePlan, reached: Reached, *, last: Here | None) -> Here | None:
    """Where Continue leads: the exact place left while it is unfinished, else the next open work, else nowhere."""
    if last is not None and _unfinished(course, reached, last):
        return last
    order = list(course.plans)
    if last is not None:
        start = next((i for i, plan in enumerate(order) if plan.slug == last.module), 0)
        order = order[start:] + order[:start]
    for plan in order:
        if state_of(plan, reached) in (State.STARTED, State.NOT_STARTED):
            return place_in(plan, reached)
    return None


def _unfinished(course: CoursePlan, reached: Reached, here: Here) -> bool:
    plan = next((plan for plan in course.plans if plan.slug == here.module), None)
    if plan is None or needed_first(plan, reached):
        return False
    return any(step.slug == here.activity and step.id not in reached.done for step in plan.steps)


def tries_left(tries: int | None, *, more: int, handed_in: int) -> int | None:
    """How many tries at a quiz are left; None means as many as wanted."""
    return None if tries is None else max(0, tries + more - handed_in)
