/** A web server on this machine that misbehaves on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

export interface ServedRequest {
  readonly path: string;
  readonly range: string | undefined;
}

export interface FileServer {
  readonly url: string;
  readonly requests: ServedRequest[];
}

/** Answers a request; `nth` counts the requests from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

const running: { close(): void; closeAllConnections(): void }[] = [];

afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

export async function serve(answer: Answer): Promise<FileServer> {
  const requests: ServedRequest[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? "", range: request.headers.range });
    answer(request, response, requests.length - 1);
  });
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Sends the part of a file that was asked for; `until` cuts the connection after so many bytes of the file. */
export function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  until: number = content.length,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": content.length - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  if (until >= content.length) {
    response.end(content.subarray(from));
  } else {
    // What a client has not read when the connection breaks is lost to it, so it gets some time.
    response.write(content.subarray(from, until), () => setTimeout(() => response.destroy(), 250));
  }
}
