"""Starts oidc-provider-mock, with its key named in each token, as every provider does that has had more than one."""

from typing import Any

from oidc_provider_mock import __main__ as program  # type: ignore[import-not-found]
from oidc_provider_mock import _app, _storage

_config = _app.OpenIDCode.get_jwt_config


def _named(self: Any, grant: Any, client: Any = None) -> Any:
    return _config(self, grant, client) | {"kid": _storage.storage.jwk.as_dict()["kid"]}


_app.OpenIDCode.get_jwt_config = _named
program.run()
