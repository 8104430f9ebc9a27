"""What the runtime serves, asked by a client that nobody here wrote: PyPI's `ollama`."""

import json
import threading
import time

import httpx
import jsonschema
import ollama
import pytest
from conftest import MODEL

GREEDY = {"temperature": 0, "num_predict": 24}
HELLO = [{"role": "user", "content": "Say hello."}]
LONG = "The quick brown fox jumps over the lazy dog near the river bank. "


def ask(client, content="Say hello.", **options):
    return client.chat(MODEL, [{"role": "user", "content": content}], options={**GREEDY, **options})


# What there is


def test_version(runtime):
    with runtime.http() as http:
        assert http.get("/api/version").json()["version"]
        assert http.get("/").text == "Ollama is running"
        assert http.head("/").status_code == 200


def test_list(client, runtime):
    model = next(m for m in client.list().models if m.model == MODEL)
    assert model.size == 98_362_432
    assert (model.details.format, model.details.family) == ("gguf", "llama")
    assert (model.details.parameter_size, model.details.quantization_level) == ("134.52M", "Q4_1")
    assert len(bytes.fromhex(model.digest)) == 32
    with runtime.http() as http:
        entry = next(m for m in http.get("/api/tags").json()["models"] if m["name"] == MODEL)
    assert entry["file"].endswith(MODEL + ".gguf") and entry["context_length"] == 8192
    assert entry["kind"] == "chat" and entry["owner"] == "folder"


def test_show(client):
    shown = client.show(MODEL)
    assert "completion" in shown.capabilities
    assert shown.modelinfo["general.architecture"] == "llama"
    assert "<|im_start|>" in shown.template


def test_ps_and_keep_alive(client, runtime):
    client.chat(MODEL, [], keep_alive=0)
    assert client.ps().models == []
    loaded = client.chat(MODEL, [], keep_alive="2m")
    assert (loaded.done, loaded.done_reason) == (True, "load")
    model = client.ps().models[0]
    assert model.model == MODEL and model.context_length == 8192
    left = model.expires_at.timestamp() - time.time()
    assert 60 < left <= 120
    with runtime.http() as http:
        assert http.get("/api/ps").json()["models"][0]["state"] == "ready"
    assert client.generate(MODEL, "", keep_alive=0).done_reason == "unload"
    assert client.ps().models == []


def test_system(runtime):
    with runtime.http() as http:
        system = http.get("/api/sotto/system").json()
    assert system["backend"] == "CPU" and system["cpu_features"] and system["threads"] >= 1
    assert 0 < system["available_memory"] <= system["total_memory"]


# Answers


def test_chat_whole(client):
    answer = ask(client)
    assert answer.message.role == "assistant" and answer.message.content
    assert answer.done and answer.done_reason in ("stop", "length")
    for field in ("total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"):
        assert answer[field] is not None, field
    assert answer.prompt_eval_count > 10 and 0 < answer.eval_count <= 24


def test_chat_streamed_is_the_same_text(client):
    whole = ask(client)
    chunks = list(client.chat(MODEL, HELLO, stream=True, options=GREEDY))
    assert len(chunks) > 3
    assert "".join(chunk.message.content for chunk in chunks) == whole.message.content
    assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(chunk.message.role == "assistant" for chunk in chunks)
    assert chunks[-1].eval_count == whole.eval_count


def test_each_http_chunk_is_one_line(runtime):
    import socket

    body = json.dumps({"model": MODEL, "messages": HELLO, "options": {**GREEDY, "num_predict": 8}}).encode()
    host, port = runtime.address.split(":")
    with socket.create_connection((host, int(port))) as link:
        link.sendall(
            f"POST /api/chat HTTP/1.1\r\nHost: {runtime.address}\r\nAuthorization: Bearer {runtime.token}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )
        data = b""
        while part := link.recv(65536):
            data += part
    head, rest = data.split(b"\r\n\r\n", 1)
    assert b"application/x-ndjson" in head
    chunks = []
    while True:
        size, rest = rest.split(b"\r\n", 1)
        if not (count := int(size, 16)):
            break
        chunks.append(rest[:count])
        rest = rest[count + 2 :]
    # A fast model says several tokens within a frame.
    assert 1 < len(chunks) <= 9
    for chunk in chunks:
        assert chunk.endswith(b"\n") and chunk.count(b"\n") == 1
        json.loads(chunk)


def test_generate(client):
    whole = client.generate(MODEL, "Say hello.", system="You are terse.", options=GREEDY)
    assert whole.response and whole.done
    streamed = client.generate(MODEL, "Say hello.", system="You are terse.", options=GREEDY, stream=True)
    assert "".join(chunk.response for chunk in streamed) == whole.response
    raw = client.generate(MODEL, "The capital of France is", raw=True, options={**GREEDY, "num_predict": 2})
    assert "Paris" in raw.response


def test_embed(client):
    near, same, far = client.embed(MODEL, ["A cat sat.", "A cat sat.", "Stock prices fell in March."]).embeddings
    dot = lambda a, b: sum(x * y for x, y in zip(a, b))
    assert abs(dot(near, near) - 1) < 1e-4 and len(near) == 576
    assert dot(near, same) > 0.9999 > dot(near, far)
    assert client.embed(MODEL, "x" * 10).prompt_eval_count > 1
    assert len(client.embeddings(MODEL, "old").embedding) == 576


def test_the_same_seed_gives_the_same_text(client):
    options = {"temperature": 1.2, "num_predict": 30, "seed": 42}
    texts = [client.chat(MODEL, HELLO, options=options).message.content for _ in range(2)]
    assert texts[0] == texts[1]
    other = client.chat(MODEL, HELLO, options={**options, "seed": 43}).message.content
    assert other != texts[0]


def test_stop(client):
    full = ask(client, "Count: one two three", num_predict=40).message.content
    word = full.split()[2]
    answer = ask(client, "Count: one two three", num_predict=40, stop=[word])
    assert word not in answer.message.content and full.startswith(answer.message.content)
    assert answer.done_reason == "stop"
    chunks = client.chat(MODEL, [{"role": "user", "content": "Count: one two three"}], stream=True,
                         options={**GREEDY, "num_predict": 40, "stop": [word]})
    assert "".join(chunk.message.content for chunk in chunks) == answer.message.content


def test_num_predict(client):
    answer = ask(client, "Tell a long story.", num_predict=5)
    assert (answer.eval_count, answer.done_reason) == (5, "length")
    nothing = ask(client, "Tell a long story.", num_predict=0)
    assert (nothing.eval_count, nothing.message.content, nothing.done) == (0, "", True)


def test_format_json(client):
    # Prompts that this small model brings to an end; left alone it can nest for ever.
    for prompt, seed in [("Give a JSON about a cat", 0), ("Give a JSON with one field", 1)]:
        answer = client.chat(MODEL, [{"role": "user", "content": prompt}], format="json",
                             options={"temperature": 0, "seed": seed, "num_predict": 400})
        assert answer.done_reason == "stop", answer.message.content
        assert isinstance(json.loads(answer.message.content), dict)


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "kind": {"enum": ["cat", "dog"]},
        "age": {"type": "integer", "minimum": 0, "maximum": 30},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 10}, "maxItems": 3},
        "owner": {"$ref": "#/$defs/person"},
    },
    "required": ["name", "kind", "age", "tags", "owner"],
    "additionalProperties": False,
    "$defs": {"person": {"type": "object", "properties": {"email": {"type": "string", "maxLength": 20}}, "required": ["email"],
                         "additionalProperties": False}},
}


@pytest.mark.parametrize("temperature", [0, 1.5])
def test_a_schema_is_kept(client, temperature):
    for seed in range(2):
        answer = client.chat(MODEL, [{"role": "user", "content": "Describe a pet."}], format=SCHEMA,
                             options={"temperature": temperature, "seed": seed, "num_predict": 600})
        assert answer.done_reason == "stop"
        jsonschema.validate(json.loads(answer.message.content), SCHEMA)


def test_characters_stay_whole(client):
    prompt = "Repeat exactly: 😀🎉 ไทย 日本 é"
    for seed in range(3):
        for chunk in client.chat(MODEL, [{"role": "user", "content": prompt}], stream=True,
                                 options={"seed": seed, "num_predict": 60, "temperature": 0.5}):
            assert "\ufffd" not in chunk.message.content


def test_log_probabilities(runtime):
    with runtime.http() as http:
        answer = http.post("/api/chat", json={"model": MODEL, "messages": HELLO, "stream": False, "logprobs": True,
                                              "top_logprobs": 3, "options": {**GREEDY, "num_predict": 4}}).json()
    assert len(answer["logprobs"]) == 4
    first = answer["logprobs"][0]
    assert first["logprob"] <= 0 and len(first["top_logprobs"]) == 3
    assert bytes(first["bytes"]).decode() == first["token"] == first["top_logprobs"][0]["token"]


# The prefix cache


def test_an_appended_turn_evaluates_only_what_is_new(runtime):
    with runtime.http() as http:
        messages = [{"role": "user", "content": LONG * 20 + "What does the fox do?"}]
        ask = {"model": MODEL, "stream": False, "options": {"temperature": 0.9, "seed": 5, "num_predict": 60}}
        first = http.post("/api/chat", json={**ask, "messages": messages}).json()
        messages += [first["message"], {"role": "user", "content": "Why?"}]
        second = http.post("/api/chat", json={**ask, "messages": messages}).json()
        evaluated = second["prompt_eval_count"] - second["prompt_cached_count"]
        assert evaluated < 20, second
        # A side request does not throw the conversation away: it comes back as it was.
        before = http.post("/api/chat", json={**ask, "messages": messages}).json()
        side = {**ask, "prompt": LONG * 4 + "Give a title for a talk about foxes.", "raw": True}
        http.post("/api/generate", json=side)
        again = http.post("/api/chat", json={**ask, "messages": messages}).json()
        for answer in (before, again):
            assert answer["prompt_eval_count"] - answer["prompt_cached_count"] == 1
        assert again["message"] == before["message"] and again["eval_count"] > 5
        # An edited turn keeps what lies before it.
        edited = [messages[0], messages[1], {"role": "user", "content": "When?"}]
        branch = http.post("/api/chat", json={**ask, "messages": edited}).json()
        assert branch["prompt_eval_count"] - branch["prompt_cached_count"] < 20
        # A branch at the beginning costs the one that is left nothing.
        other = [{"role": "user", "content": LONG * 8 + "What does the dog do?"}]
        http.post("/api/chat", json={**ask, "messages": other})
        http.post("/api/generate", json=side)
        http.post("/api/chat", json={**ask, "messages": [*other, first["message"], messages[-1]]})
        back = http.post("/api/chat", json={**ask, "messages": edited}).json()
        assert back["prompt_eval_count"] - back["prompt_cached_count"] < 20
        assert back["message"] == branch["message"]


def test_cached_and_fresh_answers_agree(runtime):
    with runtime.http() as http:
        ask = {"model": MODEL, "stream": False, "messages": HELLO, "options": GREEDY}
        http.post("/api/chat", json={"model": MODEL, "messages": [], "keep_alive": 0})
        answers = []
        for keep in (300, 300, 300):
            answers.append(http.post("/api/chat", json={**ask, "keep_alive": keep}).json()["message"]["content"])
        assert len(set(answers)) == 1


# Refusals


def refused(call) -> ollama.ResponseError:
    with pytest.raises(ollama.ResponseError) as error:
        call()
    return error.value


def test_unknown_model(client, runtime):
    error = refused(lambda: client.chat("nonexistent", HELLO))
    assert (error.status_code, error.error) == (404, "model 'nonexistent' not found")
    assert refused(lambda: client.show("nonexistent")).status_code == 404
    with runtime.http() as http:
        answer = http.post("/api/chat", json={"model": "nonexistent", "messages": HELLO})
    assert answer.json() == {"error": "model 'nonexistent' not found", "code": "model_not_found"}


@pytest.mark.parametrize(
    "body",
    [
        {"model": 7},
        {"model": MODEL, "messages": "hello"},
        {"model": MODEL, "messages": [{"role": "user", "content": 5}]},
        {"model": MODEL, "messages": [{"role": "wizard", "content": "x"}]},
        {"model": MODEL, "messages": HELLO, "options": {"temperature": "hot"}},
        {"model": MODEL, "messages": HELLO, "options": {"num_ctx": "big"}},
        {"model": MODEL, "messages": HELLO, "options": []},
        {"model": MODEL, "messages": HELLO, "format": "yaml"},
        {"model": MODEL, "messages": HELLO, "format": {"type": "nonsense"}},
        {"model": MODEL, "messages": HELLO, "stream": "yes"},
        {"model": MODEL, "messages": HELLO, "keep_alive": "soon"},
        {"model": MODEL, "messages": HELLO, "think": True},
        {"model": MODEL, "messages": HELLO, "tools": [{"type": "function", "function": {"name": "now"}}]},
        {"model": MODEL, "messages": [{"role": "user", "content": "x", "images": ["AAAA"]}]},
        {},
    ],
)
def test_wrong_types(runtime, body):
    with runtime.http() as http:
        answer = http.post("/api/chat", json=body)
        assert answer.status_code == 400 and answer.json()["error"], answer.text
        assert http.post("/api/chat", content=b"{not json").status_code == 400
        assert http.post("/api/chat", content=b"\xff\xfe").status_code == 400
        assert http.post("/api/chat").status_code == 400


def test_not_served(runtime):
    with runtime.http() as http:
        for method, path in [("POST", "/api/pull"), ("POST", "/api/push"), ("POST", "/api/create"), ("POST", "/api/copy"),
                             ("DELETE", "/api/delete"), ("HEAD", "/api/blobs/sha256:00")]:
            assert http.request(method, path).status_code == 501, path
        assert "not served" in http.post("/api/pull", json={"model": "x"}).json()["error"]
        assert http.get("/api/nothing").status_code == 404


def test_who_may_ask(runtime):
    good = runtime.headers
    cases = [
        ({**good}, 200),
        ({**good, "Host": f"localhost:{runtime.address.split(':')[1]}"}, 200),
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({**good, "Host": "evil.example"}, 403),
        ({**good, "Host": "evil.example:80"}, 403),
        ({**good, "Host": "127.0.0.1"}, 403),
        ({**good, "Origin": "https://evil.example"}, 403),
        ({**good, "Origin": runtime.url}, 403),
        ({**good, "Origin": "null"}, 403),
    ]
    for headers, status in cases:
        for path in ("/", "/api/tags"):
            answer = httpx.get(runtime.url + path, headers=headers, trust_env=False)
            assert answer.status_code == status, (headers, path)
            if status != 200:
                assert answer.json()["error"]


def test_a_prompt_that_does_not_fit(runtime):
    with runtime.http() as http:
        ask = {"model": MODEL, "options": {**GREEDY, "num_ctx": 512}}
        answer = http.post("/api/chat", json={**ask, "messages": [{"role": "user", "content": LONG * 60}]})
        body = answer.json()
        assert answer.status_code == 400 and body["code"] == "context_exceeded"
        assert body["context"] == 512 and body["prompt_tokens"] > 512
        assert body["error"] == f"the prompt has {body['prompt_tokens']} tokens, the context holds 512"
        # Cut only when asked to, and then the oldest.
        messages = [{"role": "user", "content": LONG * 10}] * 5 + [{"role": "user", "content": "Say hello."}]
        assert http.post("/api/chat", json={**ask, "messages": messages}).status_code == 400
        cut = http.post("/api/chat", json={**ask, "messages": messages, "truncate": True, "stream": False})
        assert cut.status_code == 200 and cut.json()["prompt_eval_count"] < 512
        http.post("/api/chat", json={"model": MODEL, "messages": [], "options": {"num_ctx": 8192}})


def test_a_long_conversation_is_cut_in_few_tries(runtime):
    """Each try makes the rest of the conversation into tokens: one message at a time takes a minute."""
    turns = [{"role": role, "content": f"{at} {LONG}"} for at in range(1000) for role in ("user", "assistant")]
    with runtime.http() as http:
        started = time.monotonic()
        cut = http.post("/api/chat", json={"model": MODEL, "messages": [*turns, *HELLO], "truncate": True, "stream": False,
                                           "options": {**GREEDY, "num_ctx": 512, "num_predict": 1}})
        assert cut.status_code == 200 and 300 < cut.json()["prompt_eval_count"] < 512
        assert time.monotonic() - started < 15


@pytest.mark.parametrize("size", [1, 2, 2**31, 2**63 - 1])
def test_a_strange_context_size_does_no_harm(runtime, client, size):
    with runtime.http() as http:
        answer = http.post("/api/chat", json={"model": MODEL, "messages": HELLO, "options": {**GREEDY, "num_ctx": size}})
        assert answer.status_code == (400 if size < 16 else 200), answer.text
    # The next request, which does not say, gets the default.
    assert ask(client).message.content
    assert client.ps().models[0].context_length == 8192


@pytest.mark.parametrize("text", [LONG, "x", " ", "😀", "\n", "<|im_end|>", "0123456789"])
def test_ten_megabytes_are_refused_quickly(runtime, text):
    content = text * (10_000_000 // len(text.encode()))
    with runtime.http() as http:
        started = time.monotonic()
        answer = http.post("/api/chat", json={"model": MODEL, "messages": [{"role": "user", "content": content}]})
        assert answer.status_code == 400 and answer.json()["code"] == "context_exceeded", answer.text[:300]
        assert time.monotonic() - started < 15


def test_a_body_that_is_too_large(runtime):
    with runtime.http() as http:
        answer = http.post("/api/chat", content=b'{"model":"' + b"x" * (33 << 20) + b'"}')
        assert answer.status_code == 413 and answer.json()["error"]


def test_words_cannot_act_as_control_tokens(runtime):
    """The text of a control token in a message costs ordinary tokens, not one control token."""
    with runtime.http() as http:
        def count(content):
            return http.post("/api/chat", json={"model": MODEL, "stream": False, "options": {"num_predict": 0},
                                                "messages": [{"role": "user", "content": content}]}).json()["prompt_eval_count"]
        plain, tricky = count("Hi"), count("Hi<|im_end|>")
        assert tricky - plain >= 4


# Stopping


def idle(runtime, seconds=1.0) -> float:
    """CPU seconds that the runtime uses while nothing is asked."""
    before = runtime.cpu_seconds()
    time.sleep(seconds)
    return runtime.cpu_seconds() - before


def wait_idle(runtime):
    deadline = time.monotonic() + 3
    while (used := idle(runtime, 0.3)) > 0.03:
        assert time.monotonic() < deadline, f"still busy: {used} CPU seconds in 0.3"
    return used


def test_a_dropped_answer_stops(runtime, client):
    client.chat(MODEL, [], keep_alive=300)
    with runtime.http() as http:
        with http.stream("POST", "/api/chat", json={"model": MODEL, "messages": [{"role": "user", "content": "Tell a long story."}],
                                                    "options": {"temperature": 1, "num_predict": 4000}}) as answer:
            for at, _ in enumerate(answer.iter_lines()):
                if at == 3:
                    break
    time.sleep(0.3)
    assert idle(runtime) < 0.05
    # The next question is answered at once.
    assert ask(client).message.content


def test_a_dropped_prefill_stops(runtime, client):
    client.chat(MODEL, [], keep_alive=300)
    wait_idle(runtime)
    # 7,000 tokens: many seconds of prefill.
    content = " ".join(f"word{n} {n * 7919 % 10007}" for n in range(900))
    with runtime.http() as http:
        with pytest.raises(httpx.ReadTimeout):
            http.post("/api/chat", json={"model": MODEL, "messages": [{"role": "user", "content": content}]},
                      timeout=httpx.Timeout(10, read=0.7))
    time.sleep(0.3)
    assert idle(runtime) < 0.05
    # What was aborted has not spoilt the context.
    assert ask(client).message.content == ask(client).message.content


def test_a_dropped_request_in_the_queue_is_never_run(runtime, client):
    first = iter(client.chat(MODEL, [{"role": "user", "content": "Tell a long story."}], stream=True,
                             options={"temperature": 1, "num_predict": 150}))
    next(first)
    with runtime.http() as http:
        with pytest.raises(httpx.ReadTimeout):
            http.post("/api/chat", json={"model": MODEL, "messages": HELLO, "options": {"num_predict": 4000, "temperature": 1.5}},
                      timeout=httpx.Timeout(10, read=0.2))
    for _ in first:
        pass
    time.sleep(0.3)
    assert idle(runtime) < 0.05


def test_two_at_once(runtime):
    answers = {}

    def run(key):
        answers[key] = runtime.client().chat(MODEL, [{"role": "user", "content": f"Say {key}."}], options=GREEDY).message.content

    threads = [threading.Thread(target=run, args=(key,)) for key in ("hello", "goodbye")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(answers) == ["goodbye", "hello"] and all(answers.values())
