// A page that was taken over reaches nothing: it cannot leave, open another page, or send a byte.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";

test("the page can reach nobody", async (t) => {
  // A server of our own stands for the world: what reaches it would have left.
  const reached = [];
  const server = createServer((request, response) => {
    reached.push(request.url);
    response.end("reached");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const outside = `http://127.0.0.1:${server.address().port}`;

  const { window } = await t.start(t.home());
  const address = await window.run("return location.href");
  const refused = [];
  const attempts = {
    navigate: `location.href = "${outside}/navigate"`,
    form: `const form = document.createElement("form"); form.action = "${outside}/form"; form.method = "post"; document.body.append(form); form.submit(); form.remove()`,
    link: `const link = document.createElement("a"); link.href = "${outside}/link"; link.target = "_blank"; document.body.append(link); link.click(); link.remove()`,
    image: `new Image().src = "${outside}/image.png"`,
    beacon: `navigator.sendBeacon?.("${outside}/beacon", "x")`,
    frame: `const frame = document.createElement("iframe"); frame.src = "${outside}/frame"; document.body.append(frame); setTimeout(() => frame.remove(), 500)`,
    prefetch: `const hint = document.createElement("link"); hint.rel = "prefetch"; hint.href = "${outside}/prefetch"; document.head.append(hint)`,
  };
  for (const [name, script] of Object.entries(attempts)) {
    await window.run(`try { ${script} } catch (error) { return String(error) }`);
    refused.push(name);
  }
  assert.equal(
    await window.run(`return window.open("${outside}/open") === null`),
    true,
    "no new window",
  );
  const fetched = await window.driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    fetch("${outside}/fetch").then(() => done("reached"), (error) => done(String(error)));`);
  assert.notEqual(fetched, "reached");
  const socket = await window.driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    try {
      const socket = new WebSocket("${outside.replace("http", "ws")}/socket");
      socket.onopen = () => done("reached");
      socket.onerror = () => done("refused");
    } catch (error) { done(String(error)); }`);
  assert.notEqual(socket, "reached");

  // The page is still ours, and works.
  assert.equal(await window.run("return location.href"), address);
  assert.equal((await window.driver.getAllWindowHandles()).length, 1);
  await window.answered((await window.ask("Say hello.")).id);
  assert.deepEqual(reached, []);

  // The server would have noticed: it is reached from here.
  await fetch(`${outside}/control`);
  await until("the server is reached", () => reached.includes("/control"));
  t.note(`refused: ${refused.join(", ")}, open, fetch, WebSocket`);
});
