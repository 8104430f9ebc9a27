// Where everything lies: the same folders as the Rust side, on every platform.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { dataFolder, testModelsFolder } from "./paths.mjs";

test("the data folder is where the platform keeps such things", () => {
  const home = resolve("/home/ada");
  assert.equal(dataFolder({}, "linux", home), join(home, ".local", "share", "sotto"));
  assert.equal(dataFolder({ XDG_DATA_HOME: "/data" }, "linux", home), join("/data", "sotto"));
  assert.equal(
    dataFolder({}, "darwin", home),
    join(home, "Library", "Application Support", "sotto"),
  );
  assert.equal(dataFolder({ LOCALAPPDATA: "/local" }, "win32", home), join("/local", "sotto"));
});

test("SOTTO_HOME moves all of it", () => {
  assert.equal(
    dataFolder({ SOTTO_HOME: "/elsewhere", XDG_DATA_HOME: "/data" }, "linux"),
    resolve("/elsewhere"),
  );
});

test("tests keep their models apart from the person's", () => {
  assert.equal(testModelsFolder({ SOTTO_TEST_MODELS: "/models" }), resolve("/models"));
  assert.match(testModelsFolder({}), /\.cache.sotto.models$/);
});
