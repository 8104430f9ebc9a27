// A server that speaks as OpenAI's does, on this computer: it counts what reaches it, and answers
// every question alike.
import { createServer } from "node:http";

const ANSWER = ["Nothing ", "left ", "without ", "a yes."];

function chunk(delta, finish = null) {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const rest = { id: "chatcmpl-double", object: "chat.completion.chunk", created: 1_790_000_000 };
  return `data: ${JSON.stringify({ ...rest, model: "double", choices })}\n\n`;
}

async function answer(response, pieces) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(chunk({ role: "assistant", content: "" }));
  for await (const content of pieces) response.write(chunk({ content }));
  response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
}

/**
 * Listens until the test is over. `requests`: path, headers and body of all that came. `says`: the
 * pieces of the answer to a body.
 */
export async function provider(t, { says = () => ANSWER } = {}) {
  const requests = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      requests.push({ path: request.url, headers: request.headers, body });
      answer(response, says(body));
    });
  });
  // A connection alone is too much as well.
  server.on("connection", () => {
    provided.connections += 1;
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${server.address().port}/v1`;
  const provided = { address, requests, connections: 0 };
  return provided;
}
