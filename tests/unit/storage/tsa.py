"""A timestamp authority on this machine, made with openssl: certificates, and answers to queries."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIG = """
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa_cert]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = own
[own]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Authority:
    """The folder with the keys."""

    folder: Path

    @property
    def certificates(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def answer(self, url: str, query: bytes) -> bytes:
        """What the authority says to a query."""
        (self.folder / "query").write_bytes(query)
        _openssl(self.folder, "ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply")
        return (self.folder / "reply").read_bytes()


def authority(folder: Path) -> Authority:
    """A fresh authority with a root of its own."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    _openssl(folder, f"req -x509 {key} -keyout ca.key -out ca.pem -days 3650 -subj /CN=root -config tsa.cnf -extensions ca")
    _openssl(folder, f"req -new {key} -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf")
    _openssl(
        folder,
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650 -extfile tsa.cnf -extensions tsa_cert",
    )
    return Authority(folder)


def _openssl(folder: Path, words: str) -> None:
    done = subprocess.run(["openssl", *words.split()], cwd=folder, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
