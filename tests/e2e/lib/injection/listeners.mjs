// A server on this computer for each attempt to reach one, so that whatever connects is known by
// where it came in: a connection without a word counts as much as a request.
import { createSocket } from "node:dgram";
import { createServer } from "node:http";

class Listener {
  /** Connections and datagrams. */
  reached = 0;

  async listen() {
    this.server = createServer((_, response) => {
      // A page that goes there stays where it is.
      response.writeHead(204, { "access-control-allow-origin": "*" }).end();
    });
    this.server.on("connection", () => {
      this.reached += 1;
    });
    // Half a handshake is no request.
    this.server.on("clientError", (_, socket) => socket.destroy());
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.socket = createSocket("udp4").on("message", () => {
      this.reached += 1;
    });
    await new Promise((resolve) => this.socket.bind(0, "127.0.0.1", resolve));
    return this;
  }

  /** Where it is, in the words of a payload. */
  get addresses() {
    const { port } = this.server.address();
    const host = `127.0.0.1:${port}`;
    const path = "x.png";
    return {
      host,
      path,
      origin: `http://${host}/`,
      http: `http://${host}/${path}`,
      https: `https://${host}/${path}`,
      byName: `http://localhost:${port}/${path}`,
      decimal: `http://2130706433:${port}/${path}`,
      ws: `ws://${host}/`,
      wss: `wss://${host}/`,
      udp: `127.0.0.1:${this.socket.address().port}`,
    };
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
    this.socket.close();
  }
}

/** A listener for each name, until the test is over. */
export async function listeners(t, names) {
  const all = new Map();
  t.after(() => {
    for (const listener of all.values()) listener.close();
  });
  for (const name of names) all.set(name, await new Listener().listen());
  return all;
}

/** The names of those that were reached. */
export function reached(all) {
  return [...all].filter(([, listener]) => listener.reached > 0).map(([name]) => name);
}
