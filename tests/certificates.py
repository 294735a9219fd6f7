"""A certificate authority of the tests' own, and certificates that it has signed."""

import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority(NamedTuple):
    """A CA whose certificate lies in ``file``; the folder beside it takes what it signs."""

    file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def put_into(self, folder: Path) -> None:
        """Put the certificate where OpenSSL looks for it in a folder: under the hash of its subject."""
        name = self.certificate.subject.public_bytes()[2:]  # in a short name, the header takes two bytes
        digest = sha1(name, usedforsecurity=False).digest()
        file = folder / f"{int.from_bytes(digest[:4], 'little'):08x}.0"
        file.write_bytes(self.file.read_bytes())

    def server(self, *names: str, days: int = 1) -> ssl.SSLContext:
        """Give the TLS of a server with a certificate for ``names``; negative ``days``: it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(names[0], self.certificate.subject, key, days)
            .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
            .sign(self.key, SHA256())
        )
        file = self.file.with_name(f"{certificate.serial_number}.pem")
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def authority(folder: Path, name: str = "tests") -> Authority:
    """Make a CA called ``name`` in ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        _builder(name, issuer, key, 1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "ca.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return Authority(file, certificate, key)


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
    )


def _name(name: str) -> x509.GeneralName:
    return x509.IPAddress(IPv4Address(name)) if name[0].isdigit() else x509.DNSName(name)
