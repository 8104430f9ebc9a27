"""Starts the real sotto-runtime for the tests.

SOTTO_RUNTIME names the binary, SOTTO_TEST_MODELS a folder with SmolLM2-135M-Instruct.Q4_1.gguf.
"""

import os
import secrets
import subprocess
from pathlib import Path

import httpx
import ollama
import pytest

MODEL = "SmolLM2-135M-Instruct.Q4_1"


def required(name: str) -> Path:
    value = os.environ.get(name)
    if not value or not Path(value).exists():
        pytest.exit(f"{name} is {value!r}: `npm test` sets it; it must name what {conftest_need(name)}", 2)
    return Path(value)


def conftest_need(name: str) -> str:
    return {
        "SOTTO_RUNTIME": "`cargo build -p sotto-runtime-server` made",
        "SOTTO_TEST_MODELS": "holds " + MODEL + ".gguf",
    }[name]


class Runtime:
    """A running process, asked over loopback TCP."""

    def __init__(self, folders, folder: Path, *extra: str):
        self.token = secrets.token_hex(24)
        token_file = folder / "token"
        token_file.write_text(self.token)
        command = [str(required("SOTTO_RUNTIME")), "--listen", "127.0.0.1:0", "--token-file", str(token_file)]
        # One thread: two of them wait for each other at every step, which a busy test machine makes
        # ten times slower, and nothing here measures speed.
        command += ["--threads", "1"]
        for models in folders:
            command += ["--models", str(models)]
        self.process = subprocess.Popen(
            command + list(extra), stdout=subprocess.PIPE, stderr=(folder / "log").open("w"), text=True
        )
        line = self.process.stdout.readline()
        assert line.startswith("listening "), f"no start: {line!r} {(folder / 'log').read_text()}"
        self.address = line.split()[1]
        self.log = folder / "log"

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def url(self):
        return f"http://{self.address}"

    def client(self) -> ollama.Client:
        return ollama.Client(host=self.url, headers=self.headers, trust_env=False, timeout=300)

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.headers, trust_env=False, timeout=300)

    def cpu_seconds(self) -> float:
        """CPU time of all threads so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self):
        self.process.terminate()
        assert self.process.wait(10) == 0


@pytest.fixture(scope="session")
def models() -> Path:
    return required("SOTTO_TEST_MODELS")


@pytest.fixture(scope="session")
def runtime(tmp_path_factory, models):
    runtime = Runtime([models], tmp_path_factory.mktemp("runtime"))
    yield runtime
    runtime.stop()


@pytest.fixture(scope="session")
def client(runtime):
    return runtime.client()
