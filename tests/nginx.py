"""The nginx configuration of docker/ as files that a real nginx runs from, in a folder of its own."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.installation import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
TEMPLATE = ROOT / "docker" / "nginx" / "glassine.conf.template"


def write_certificate(directory: Path, *, days: int = 1) -> None:
    """One that signs itself, and ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "photos.example.com")])
    names = [x509.DNSName("photos.example.com"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=9)).not_valid_after(today + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (directory / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "privkey.pem").write_bytes(pem)


def render(directory: Path, upstreams: Sequence[str], http: int, https: int) -> Path:
    """Our template between the few lines that the image brings; the path of the whole.

    upstreams: "host:port" each, with " down" behind those that get no new requests.
    """
    values = {
        "GLASSINE_UPSTREAM": "; server ".join(upstreams),
        "GLASSINE_STORAGE": str(directory / "storage"),
        "GLASSINE_CERTIFICATES": str(directory),
        "GLASSINE_HTTP_PORT": str(http),
        "GLASSINE_HTTPS_PORT": str(https),
    }
    ours = Template(TEMPLATE.read_text()).safe_substitute(values)
    (directory / "glassine.conf").write_text(ours.replace("/dev/stdout", str(directory / "access.log")))
    temporary = "".join(
        f"{kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Root's worker would become another user, who cannot read the files: in the image they are one user.
    user = "user root;\n" if os.geteuid() == 0 else ""
    # The image brings a server of its own on the same port, and reads it first.
    (directory / "default.conf").write_text(
        f"server {{ listen {http}; server_name localhost; location / {{ return 200 welcome; }} }}\n"
    )
    config = directory / "nginx.conf"
    config.write_text(
        f"{user}pid {directory}/pid;\nerror_log {directory}/error.log info;\ndaemon off;\n"
        f"events {{}}\nhttp {{\n{temporary}include {directory}/default.conf;\ninclude {directory}/glassine.conf;\n}}\n"
    )
    return config
