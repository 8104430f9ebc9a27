"""Files that are named like models and are none: listed with a reason, and the process lives."""

import os
import shutil
import struct
import subprocess
import sys
import time

import ollama
import pytest
from conftest import MODEL, Runtime, required


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(tensors=1, keys=3, layers=2, epsilon=1e-5, elements=32, data=128) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, keys)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("llama.block_count") + struct.pack("<II", 4, layers)
    head += text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", 6, epsilon)
    head += text("token_embd.weight") + struct.pack("<IQIQ", 1, elements, 0, 0)
    return head + b"\0" * (-len(head) % 32) + b"\0" * data


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory, models):
    folder = tmp_path_factory.mktemp("spoilt")
    whole = (models / f"{MODEL}.gguf").read_bytes()
    files = {
        "empty": b"",
        "noise": os.urandom(1024),
        "magic": b"GGML" + whole[4:4096],
        "many-tensors": gguf(tensors=2**63 - 1),
        "more-tensors": gguf(tensors=2**40),
        "many-keys": gguf(keys=2**63 - 1),
        "minus-keys": gguf(keys=2**64 - 1),
        "long-string": b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**62),
        "huge-array": b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + text("a") + struct.pack("<IIQ", 9, 8, 2**40) + b"\0" * 4096,
        "no-layers": gguf(layers=0),
        "many-layers": gguf(layers=2**31),
        "not-a-number": gguf(epsilon=float("nan")),
        "huge-tensor": gguf(elements=2**60),
        "version": b"GGUF" + struct.pack("<I", 99) + whole[8:4096],
    }
    size = len(whole)
    header = 1_780_000
    for at, end in enumerate([10, 24, 100, 5_000, 200_000, header, size // 4, size // 2, size - 100_000, size - 1]):
        files[f"cut-{at}"] = whole[:end]
    for name, data in files.items():
        (folder / f"{name}.gguf").write_bytes(data)
    (folder / "folder.gguf").mkdir()
    # Nobody ever writes into it: opening it would wait for ever.
    os.mkfifo(folder / "pipe.gguf")
    (folder / "dangling.gguf").symlink_to(folder / "nowhere")
    (folder / "link.gguf").symlink_to(models / f"{MODEL}.gguf")
    (folder / ".hidden.gguf").write_bytes(b"x")
    (folder / ".partial").mkdir()
    (folder / ".partial" / "coming.gguf").write_bytes(b"x")
    (folder / "coming.gguf.part").write_bytes(b"x")
    # The header is sound, and nothing behind it is a model.
    (folder / "hollow.gguf").write_bytes(gguf())
    return folder, sorted([*files, "folder", "pipe", "dangling"])


def test_bad_files_are_listed_and_survived(tmp_path, spoilt):
    folder, bad = spoilt
    runtime = Runtime([folder], tmp_path)
    client = runtime.client()
    with runtime.http() as http:
        listing = http.get("/api/tags").json()
        assert sorted(entry["name"] for entry in listing["unusable"]) == bad
        assert sorted(entry["name"] for entry in listing["models"]) == ["hollow", "link"]
        assert all(entry["error"] and entry["file"] for entry in listing["unusable"])
        for name in [*bad, "hollow"]:
            answer = http.post("/api/chat", json={"model": name, "messages": [{"role": "user", "content": "x"}]})
            assert answer.status_code == 500 and answer.json()["code"] == "model_unusable", (name, answer.text)
            assert len(answer.json()["error"]) > 30, answer.text
            assert runtime.alive(), (name, runtime.log.read_text())
        started = time.monotonic()
        http.get("/api/tags")
        assert time.monotonic() - started < 0.5, "headers are read again although nothing changed"
    assert client.chat("link", [{"role": "user", "content": "Hi"}], options={"num_predict": 3}).message.content
    runtime.stop()


def test_a_model_that_needs_more_memory_than_there_is(tmp_path, models):
    folder = tmp_path / "models"
    folder.mkdir()
    elements = 2**40
    with (folder / "giant.gguf").open("wb") as file:
        head = gguf(elements=elements, data=0)
        file.write(head)
        file.truncate(len(head) + 4 * elements)
    runtime = Runtime([folder], tmp_path)
    with runtime.http() as http:
        answer = http.post("/api/chat", json={"model": "giant", "messages": [{"role": "user", "content": "x"}]})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "insufficient_memory"), body
    assert body["needed"] > body["available"] > 0
    assert body["error"].startswith("model requires more memory (4096.0 GiB) than it may take (")
    runtime.stop()


def test_a_file_that_appears_and_goes(tmp_path, models):
    folder = tmp_path / "models"
    folder.mkdir()
    runtime = Runtime([folder, tmp_path / "missing"], tmp_path)
    client = runtime.client()
    assert client.list().models == []
    target = folder / "new.gguf"
    shutil.copyfile(models / f"{MODEL}.gguf", target)
    assert [model.model for model in client.list().models] == ["new"]
    target.unlink()
    assert client.list().models == []
    runtime.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the runtime in its folders")
def test_links_lead_out_of_the_folder_from_the_next_start(tmp_path, models):
    folder = tmp_path / "models"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "early.gguf").symlink_to(models / f"{MODEL}.gguf")
    outside = tmp_path / "outside.gguf"
    shutil.copyfile(models / f"{MODEL}.gguf", outside)
    runtime = Runtime([folder], tmp_path)
    client = runtime.client()
    (folder / "late.gguf").symlink_to(outside)
    assert [model.model for model in client.list().models] == ["early"]
    with pytest.raises(ollama.ResponseError, match="after the next start"):
        client.generate("late", "x")
    runtime.stop()
    runtime = Runtime([folder], tmp_path)
    assert [model.model for model in runtime.client().list().models] == ["early", "late"]
    runtime.stop()


def test_starts_that_are_refused(tmp_path):
    binary = str(required("SOTTO_RUNTIME"))
    token = tmp_path / "token"
    token.write_text("0123456789abcdef")
    for arguments in (
        ["--listen", "0.0.0.0:0", "--token-file", str(token)],
        ["--listen", "127.0.0.1:0"],
        ["--listen", "127.0.0.1:0", "--token-file", str(tmp_path / "none")],
        ["--models", str(tmp_path)],
        [],
    ):
        done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=20)
        assert done.returncode != 0 and done.stderr and not done.stdout, arguments


def test_the_lifeline(tmp_path, models):
    """Killing whoever started the runtime ends it, and so does closing its input."""
    binary = str(required("SOTTO_RUNTIME"))
    sockets = [str(tmp_path / "a"), str(tmp_path / "b")]
    first = subprocess.Popen([binary, "--socket", sockets[0], "--lifeline"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == f"listening {sockets[0]}\n"
    assert oct(os.stat(sockets[0]).st_mode & 0o777) == "0o600"
    first.stdin.close()
    assert first.wait(5) == 0
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([{binary!r}, '--socket', {sockets[1]!r}, '--lifeline'], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    lines = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
    child = int(next(line for line in lines if line.isdigit()))
    parent.kill()
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{child}") and b"Z" not in open(f"/proc/{child}/stat", "rb").read().split()[2]:
        assert time.monotonic() < deadline, "the runtime outlived its parent"
        time.sleep(0.05)


def test_an_old_socket_is_replaced_and_a_used_one_is_not(tmp_path):
    binary = str(required("SOTTO_RUNTIME"))
    path = tmp_path / "runtime.sock"
    for end in ("kill", "terminate", "terminate"):
        process = subprocess.Popen([binary, "--socket", str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == f"listening {path}\n"
        second = subprocess.run([binary, "--socket", str(path)], capture_output=True, text=True, timeout=20)
        assert second.returncode != 0 and "already" in second.stderr
        getattr(process, end)()
        assert (process.wait(5) == 0) == (end == "terminate")
        assert path.exists()


def test_a_real_client_sees_the_reason(tmp_path, spoilt):
    runtime = Runtime([spoilt[0]], tmp_path)
    with pytest.raises(ollama.ResponseError) as error:
        runtime.client().chat("cut-7", [{"role": "user", "content": "x"}])
    assert error.value.status_code == 500 and "cut off" in error.value.error
    runtime.stop()
