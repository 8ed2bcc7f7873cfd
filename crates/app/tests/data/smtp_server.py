"""A real SMTP server for the tests: wants a login, turns the first letters away for a moment, keeps the rest. It knows nobody
whose address begins with "gone".

smtp_server.py FOLDER HOW_MANY_TO_TURN_AWAY; prints its port.
"""
import pathlib
import signal
import socket
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

folder, turned_away = pathlib.Path(sys.argv[1]), int(sys.argv[2])


class Keep:
    def __init__(self):
        self.seen = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("gone"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Known"

    async def handle_DATA(self, server, session, envelope):
        self.seen += 1
        if self.seen <= turned_away:
            return "451 4.3.0 Come back later"
        path = folder / f"{self.seen:04}.eml"
        path.with_suffix(".new").write_bytes(envelope.content)
        path.with_suffix(".new").rename(path)
        return "250 2.0.0 Kept"


def login(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"crm", b"s3cret/word")
    return AuthResult(success=right, handled=False)


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
controller = Controller(
    Keep(), hostname="127.0.0.1", port=port, authenticator=login, auth_required=True, auth_require_tls=False
)
controller.start()
print(port, flush=True)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
controller.stop()
