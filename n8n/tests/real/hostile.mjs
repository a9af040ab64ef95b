// A PBX that means harm, or something else that answers in its place: it grants tokens, says which release it is,
// and answers everything else as it is told.

import { once } from "node:events";
import { createServer } from "node:http";

export class Hostile {
  /** Starts one on a free port. It begins as a PBX with two users. */
  static async start() {
    const hostile = new Hostile();
    hostile.received = [];
    hostile.answer = hostile.well;
    hostile.server = createServer((request, response) => hostile.#take(request, response)).listen(0, "127.0.0.1");
    await once(hostile.server, "listening");
    hostile.url = `http://127.0.0.1:${hostile.server.address().port}`;
    hostile.users = [{ Id: 1, Number: "100" }, { Id: 2, Number: "101" }];
    return hostile;
  }

  async #take(request, response) {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.on("error", () => {});
    if (request.url.startsWith("/connect/token")) {
      response.setHeader("content-type", "application/json").end('{"access_token":"t","token_type":"Bearer","expires_in":3600}');
      return;
    }
    const url = new URL(request.url, this.url);
    if (url.pathname.endsWith("/Defs")) {
      this.json(response, { Id: 0 });
      return;
    }
    this.received.push({ method: request.method, url, body, headers: request.headers });
    this.answer(response, url, request);
  }

  json(response, value, status = 200) {
    response.writeHead(status, { "content-type": "application/json", "x-3cx-version": "20.0.10.1621" }).end(JSON.stringify(value));
  }

  /** As a PBX answers. */
  well(response, url, request) {
    if (request.method !== "GET") {
      response.writeHead(204, { "x-3cx-version": "20.0.10.1621" }).end();
      return;
    }
    const count = url.searchParams.has("$count") ? { "@odata.count": this.users.length } : {};
    const skip = Number(url.searchParams.get("$skip"));
    const top = Number(url.searchParams.get("$top") ?? 100);
    this.json(response, { ...count, value: this.users.slice(skip, skip + top) });
  }

  /** Answers everything with this, in the form of `wrong-answers.mjs`. */
  always({ statusCode = 200, headers = {}, body = "" }) {
    this.answer = (response) => response.writeHead(statusCode, headers).end(body);
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
