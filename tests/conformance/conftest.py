"""The certification cases run between the service and the pretend LMS."""

from tests.training.lti.conftest import side

__all__ = ["side"]
