"""The campus as an app of Django; it comes before the LTI code, which finds the rest of Open edX through it."""

from django.apps import AppConfig


class Campus(AppConfig):
    """Gives the LTI code the modules of Open edX that it imports."""

    name = "campus"

    def ready(self) -> None:
        """Puts the modules in their places once the tables are known."""
        from campus import surroundings

        surroundings.settle()
