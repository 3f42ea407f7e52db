"""A door of https in front of a service that speaks plain http, with a certificate of its own making."""

import asyncio
import datetime
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@contextmanager
def https_door(folder: Path, *, at: int, to: int) -> Iterator[None]:
    """Listens with TLS `at` a port of this machine, and passes everything on `to` another."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    task = loop.create_task(_stand(_context(folder), at, to, ready))
    thread = threading.Thread(target=_run, args=(loop, task))
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)
    others = asyncio.all_tasks(loop)
    for other in others:
        other.cancel()
    loop.run_until_complete(asyncio.gather(*others, asyncio.sleep(0.1), return_exceptions=True))
    loop.close()


async def _stand(context: ssl.SSLContext, at: int, to: int, ready: threading.Event) -> None:
    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, on = await asyncio.open_connection("127.0.0.1", to)
        except OSError:
            return writer.transport.abort()
        try:
            await asyncio.gather(_pump(reader, on), _pump(back, writer))
        finally:
            on.transport.abort()
            writer.transport.abort()

    async with await asyncio.start_server(passed, "127.0.0.1", at, ssl=context):
        ready.set()
        await asyncio.Event().wait()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else writer.close()


def _context(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
