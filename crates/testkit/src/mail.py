"""A mail server for tests: keeps what it gets in a folder, knows one account, and refuses whom it is told to."""

import asyncio
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder, port, security, user, password = pathlib.Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6]


class Keeper:
    """Writes each message, with its envelope, to a file of its own."""

    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such person here"
        if address.startswith("busy@"):
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode("utf-8", "surrogateescape"),
            "is_encrypted": session.ssl is not None or security == "tls",
            "user": session.auth_data,
        }
        Keeper.count += 1
        waiting = folder / f"{Keeper.count}.part"
        waiting.write_text(json.dumps(told))
        waiting.rename(folder / f"{Keeper.count}.json")
        return "250 kept"


def sign_in(server, session, envelope, mechanism, data):
    right = (data.login.decode(), data.password.decode()) == (user, password)
    if not right:
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=user)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")

    def talk():
        return SMTP(
            Keeper(),
            hostname="mail.test",
            authenticator=sign_in,
            auth_required=user != "",
            # The library looks at the encryption that it begins itself.
            auth_require_tls=security == "starttls",
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
        )

    outer = context if security == "tls" else None
    server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", port, ssl=outer)
    await server.serve_forever()


asyncio.run(main())
