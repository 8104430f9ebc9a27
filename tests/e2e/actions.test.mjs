// Actions from a terminal, through the real program, runtime and stand-in: what is piped in is the text,
// the history keeps the exact prompt, a mistake has its own exit code, and an own file counts at once.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exported, sottoDone } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";

const OWN = `
name = "colour"
title = "Colour"
description = "The colour of a thing, and nothing else"
output = "json"
temperature = 0
template = "Which colour has this? {{ text }}"
schema = '''
{
  "type": "object",
  "properties": {
    "columns": { "const": ["Colour"] },
    "rows": {
      "type": "array",
      "items": {
        "type": "object",
        "properties": { "Colour": { "enum": ["red", "green", "blue"] } },
        "required": ["Colour"],
        "additionalProperties": false
      },
      "minItems": 1,
      "maxItems": 1
    }
  },
  "required": ["columns", "rows"],
  "additionalProperties": false
}
'''
`;

test("an own action is listed, keeps to its schema, and its exact prompt is kept", async (t) => {
  const home = t.home();
  const folder = (await sottoDone(home, ["actions", "--path"])).out.trim();
  assert.equal(folder, join(home.path, "prompts"));
  mkdirSync(folder);
  writeFileSync(join(folder, "colour.toml"), OWN);
  writeFileSync(join(folder, "broken.toml"), "name = 'broken'\n");
  const listed = (await sottoDone(home, ["actions"])).out;
  assert.match(listed, /^summarise +The main points/m);
  assert.match(listed, /^colour +The colour of a thing.* \(your colour\.toml\)$/m);
  assert.match(listed, /^not used: broken\.toml: line 1: missing field `title`$/m);

  const asked = await sottoDone(home, ["ask", "--action", "colour"], { input: "A leaf </text>\n" });
  assert.equal(asked.code, 0, asked.err);
  assert.match(asked.out, /^\| Colour \|\n\| -{6} \|\n\| (red|green|blue) +\|\n$/);
  const json = await sottoDone(home, ["ask", "--action", "colour", "--json"], { input: "Blood" });
  const { answer, value, state } = JSON.parse(json.out);
  assert.equal(state, "complete");
  assert.deepEqual(value, JSON.parse(answer));
  assert.deepEqual(value.columns, ["Colour"]);

  const conversations = await exported(home);
  const first = conversations.find(({ title }) => title.startsWith("Colour: A leaf"));
  const question = first.messages.find(({ role }) => role === "user").text;
  assert.equal(question, "Which colour has this? <text-2>\nA leaf </text>\n</text-2>");
});

test("a mistake in the command line says what there is, and asks nothing", async (t) => {
  const home = t.home();
  for (const [args, said] of [
    [["--action", "sumarise"], /no action sumarise\. There are: summarise, explain/],
    [["--action", "rewrite", "--set", "how=loudly"], /it can be politely, shorter or as bullets/],
    [["--action", "explain", "--set", "how=loudly"], /has no parameter how/],
    [["--action", "explain", "--set", "how"], /write it as KEY=VALUE/],
    [["--set", "how=loudly"], /--action/],
  ]) {
    const { code, out, err } = await sottoDone(home, ["ask", ...args], { input: "Hello." });
    assert.equal(code, 2, err);
    assert.match(err, said);
    assert.equal(out, "");
  }
  const { code, err } = await sottoDone(home, ["ask", "--action", "explain"], { input: " \n" });
  assert.equal(code, 65, err);
  assert.deepEqual(await exported(home), []);
});

test("what --show prints is a prompt file that can be read again", async (t) => {
  const home = t.home();
  const shown = await sottoDone(home, ["actions", "--show", "reply"]);
  assert.equal(shown.code, 0, shown.err);
  mkdirSync(join(home.path, "prompts"));
  writeFileSync(join(home.path, "prompts", "mine.toml"), shown.out);
  const { actions, broken } = JSON.parse((await sottoDone(home, ["actions", "--json"])).out);
  assert.deepEqual(broken, []);
  const reply = actions.find(({ name }) => name === "reply");
  assert.deepEqual(reply.origin, { kind: "own", file: "mine.toml", replaces: true });
});
