// The same WebKit as the window's, without anything of ours: what a payload does where nothing
// refuses it. A payload that reaches nobody there says nothing where it is refused.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { Builder, Capabilities } from "selenium-webdriver";
import { freePorts } from "../application.mjs";
import { gone, kill } from "../processes.mjs";
import { until } from "../waiting.mjs";

const head = '<!doctype html><meta charset="utf-8"><title>plain</title><body>';

export class PlainBrowser {
  static async start(t) {
    const plain = new PlainBrowser();
    const [port] = await freePorts();
    const server = `http://127.0.0.1:${port}`;
    plain.process = spawn("WebKitWebDriver", [`--port=${port}`], { stdio: "ignore" });
    plain.process.on("error", () => {});
    t.after(() => plain.end());
    await until("the driver answers", async () => (await fetch(`${server}/status`)).ok);
    const capabilities = new Capabilities({ browserName: "MiniBrowser" });
    plain.driver = new Builder().usingServer(server).withCapabilities(capabilities).build();
    await plain.driver.getSession();
    await plain.serve(t);
    return plain;
  }

  /** Serves what `page` holds. */
  async serve(t) {
    const server = createServer((request, response) => {
      if (request.url === "/favicon.ico") return response.writeHead(404).end();
      response.writeHead(200, { "content-type": "text/html" });
      response.end(head + this.body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    this.address = `http://127.0.0.1:${server.address().port}/`;
  }

  /** Shows a page with that body, in one window. */
  async show(body) {
    this.body = body;
    const [first, ...others] = await this.driver.getAllWindowHandles();
    for (const other of others) {
      await this.driver.switchTo().window(other);
      await this.driver.close();
    }
    await this.driver.switchTo().window(first);
    await this.driver.get(this.address);
  }

  async end() {
    await this.driver?.quit().catch(() => {});
    kill(this.process.pid, "SIGTERM");
    await gone(this.process.pid, 10_000).catch(() => kill(this.process.pid, "SIGKILL"));
  }
}
