"""Transactions that end whole or not at all, whoever cancels the task and whatever fails on the way."""

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionToken, get_connections

T = TypeVar("T")
log = logging.getLogger(__name__)


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Waits until the work has ended, also when cancelled meanwhile, and only then lets the cancellation through."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as stop:
            cancelled = stop
    if cancelled is not None:
        if not task.cancelled() and (error := task.exception()):  # of the two, only the cancellation is raised
            log.warning("failed while being cancelled: %s", error)
        raise cancelled
    return task.result()


class ShieldedTransaction(TransactionContext):
    """A transaction on a connection that is taken at the start and given back at the end, in every case."""

    _token: ConnectionToken

    def __init__(self, client: TransactionalDBClient) -> None:
        self.client = client

    @abstractmethod
    async def take(self) -> None:
        """Takes the connection; safe to cancel."""

    @abstractmethod
    async def give(self) -> None:
        """Gives the connection back."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.take()
        try:
            await shielded(self.client.begin())
        except BaseException:
            await shielded(self._leave(failed=True))
            raise
        self._token = get_connections().set(self.client.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            get_connections().reset(self._token)
        finally:
            await shielded(self._leave(failed=kind is not None))

    async def _leave(self, *, failed: bool) -> None:
        try:
            if not failed and not self.client._finalized:
                await self.client.commit()
            elif not self.client._finalized:
                try:
                    await self.client.rollback()
                except Exception as error:
                    # The error that led here tells more; a broken connection is mended or closed on its return.
                    log.warning("rollback failed: %s", error)
        finally:
            await self.give()


class ShieldedSavepoint(NestedTransactionContext):
    """A transaction inside a transaction, whose savepoint is set and released also when cancelled meanwhile."""

    async def __aenter__(self) -> TransactionalDBClient:
        return await shielded(super().__aenter__())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await shielded(super().__aexit__(kind, error, trace))
