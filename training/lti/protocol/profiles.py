"""What differs from platform to platform, as a table: values only, so that no code asks which LMS it talks to."""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Profile:
    """How one kind of LMS behaves, and the words its administrator looks for."""

    name: str
    title: str
    families: frozenset[str] = frozenset()
    issuers: str = r"(?!)"
    storage: bool = False
    registration: bool = False
    services_elsewhere: bool = False
    """Services live on hosts that differ from the issuer's: each school's own."""
    hint_once: bool = False
    """A login hint is used up by the first answer, so that a login cannot begin again: Moodle forgets it there, see
    https://github.com/moodle/moodle/blob/03c237525cf01d82ab148cc96e294c85e0fef8b7/mod/lti/auth.php
    """
    roster_unpaged: bool = False
    """The Link header of the roster cannot be parsed: ask for one long list."""
    register_where: str = ""
    configuration: str = "/.well-known/openid-configuration"
    """Where it says what it calls itself, under its issuer."""
    link_where: str = ""
    """Where a registration link is pasted."""
    link_after: str = ""
    """What to do there once it was pasted."""
    notes: str = ""


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "canvas",
            "Canvas",
            frozenset({"canvas"}),
            r"https://canvas(\.beta|\.test)?\.instructure\.com",
            storage=True,
            registration=True,
            services_elsewhere=True,
            register_where="Admin, Developer Keys, + Developer Key, + LTI Key",
            link_where="Admin, Developer Keys, + Developer Key, + LTI Registration, Dynamic Registration URL",
            notes="Add each school's own host under Other hosts of its services: scores and rosters live there. "
            "The deployment id is behind the wheel of the app: Settings, Apps, Deployment Id.",
        ),
        Profile(
            "moodle",
            "Moodle",
            frozenset({"moodle"}),
            r"https?://.*moodle.*",
            registration=True,
            hint_once=True,
            configuration="/mod/lti/openid-configuration.php",
            roster_unpaged=True,
            register_where="Site administration, Plugins, Activity modules, External tool, Manage tools",
            link_where="Site administration, Plugins, Activity modules, External tool, Manage tools, Tool URL",
            link_after="There the new tool's card says Pending: press Activate. Then open its settings (the wheel) "
            "and set Tool configuration usage to Show in activity chooser and as a preconfigured tool. In a course of "
            "Moodle 4.3 or newer, More, LTI External tools lets a teacher switch on Show in activity chooser.",
            notes="The redirect address must be entered exactly. Where frames block cookies, choose New window.",
        ),
        Profile(
            "blackboard",
            "Blackboard",
            frozenset({"blackboardlearn", "blackboard learn", "blackboard"}),
            r"https://blackboard\.com",
            storage=True,
            services_elsewhere=True,
            register_where="developer.anthology.com, My Applications, +. Then as an administrator of the school: "
            "Administrator Panel, Integrations, LTI Tool Providers, Register LTI 1.3 Tool",
            notes="All schools share one issuer; the deployment id tells them apart.",
        ),
        Profile(
            "brightspace",
            "Brightspace",
            frozenset({"desire2learn", "brightspace"}),
            r"https://[^/]+\.(brightspace|desire2learn)\.com",
            storage=True,
            registration=True,
            services_elsewhere=True,
            register_where="Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, Standard",
            link_where="Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, Dynamic",
            notes="The token audience differs from the token address: copy both.",
        ),
        Profile(
            "openedx",
            "Open edX",
            frozenset({"openedx", "open edx", "edx"}),
            r"https?://.*(edx|overhang).*",
            register_where="Studio, the unit, Advanced, LTI Consumer, Edit",
            notes="The deployment id is 1.",
        ),
        Profile(
            "sakai",
            "Sakai",
            frozenset({"sakai"}),
            r"https?://.*sakai.*",
            storage=True,
            registration=True,
            register_where="Administration Workspace, External Tools, Install LTI 1.x Tool",
            link_where="Administration Workspace, External Tools, LTI Advantage Auto Provision",
            notes="The deployment id is 1.",
        ),
        Profile("pretend", "Pretend LMS", frozenset({"pretend-lms"}), register_where="It is set up by the demo."),
        Profile("other", "Another LMS"),
    )
}


@lru_cache(maxsize=1000)
def recognise(product: str = "", issuer: str = "") -> Profile:
    """Finds the profile by the platform's own product code, then by the look of its issuer."""
    for profile in PROFILES.values():
        if product and product.lower() in profile.families:
            return profile
    for profile in PROFILES.values():
        if re.fullmatch(profile.issuers, issuer):
            return profile
    return PROFILES["other"]
