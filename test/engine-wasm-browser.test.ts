/**
 * The wasm engine in Chromium: bundled as an application would bundle it, once on a page that may share memory between
 * threads and once on one that may not. Without a Chromium the tests are reported as skipped.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { compile } from "@settle/compiler";
import { type CircuitSpec, parseCircuit } from "@settle/spec";
import { build } from "vite";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

let script = "";
let program = "";

beforeAll(async () => {
  if (chromium === undefined) return;
  const circuit = readFileSync(new URL("../circuits/conv-ngc/circuit.json", import.meta.url), "utf8");
  const compiled = compile(parseCircuit(circuit).spec as CircuitSpec);
  if (!compiled.ok) throw new Error("conv-ngc does not compile");
  program = JSON.stringify(compiled.program);
  const entry = new URL("browser/wasm-page.ts", import.meta.url).pathname;
  const results = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["@settle/source", "browser", "module"] },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      rolldownOptions: { output: { codeSplitting: false } },
      lib: { entry, formats: ["es"] },
    },
  });
  const [bundle] = Array.isArray(results) ? results : [];
  script = bundle?.output.map((file) => (file.type === "chunk" ? file.code : "")).join("\n") ?? "";
});

describe("the wasm engine in Chromium", () => {
  beforeEach(({ skip }) => skip(chromium === undefined, "no Chromium is installed"));

  it("agrees with the reference engine on worker threads where memory may be shared", async () => {
    const report = await reportOfPage(isolation);
    expect(report).toMatchObject({
      status: { available: true, device: expect.stringMatching(/cpu, \d+ threads/) as string },
    });
    expect(report.difference).toBeLessThan(2e-4);
  });

  it("agrees with the reference engine on the page's own thread where it may not", async () => {
    const report = await reportOfPage({});
    expect(report).toMatchObject({ status: { available: true, device: "cpu, 1 thread" } });
    expect(report.difference).toBeLessThan(2e-4);
  });
});

interface PageReport {
  readonly difference?: number;
  readonly status?: unknown;
  readonly error?: string;
}

/** Serves the page with these headers, opens it, waits for what it has to tell, and closes everything. */
async function reportOfPage(headers: Readonly<Record<string, string>>): Promise<PageReport> {
  const profile = mkdtempSync(path.join(tmpdir(), "settle-chromium-"));
  let resolve: (report: PageReport) => void = () => undefined;
  const promise = new Promise<PageReport>((done) => (resolve = done));
  const server = createServer((request, response) => {
    const send = (type: string, body: string): void => {
      response.writeHead(200, { ...headers, "Content-Type": type });
      response.end(body);
    };
    if (request.url === "/page.js") return send("text/javascript", script);
    if (request.url === "/program.json") return send("application/json", program);
    if (request.url !== "/report") return send("text/html", `<script type="module" src="/page.js"></script>`);
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      send("text/plain", "thanks");
      resolve(JSON.parse(body) as PageReport);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const browser = spawn(chromium!, [...flags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    stdio: "ignore",
  });
  const gone = once(browser, "exit");
  try {
    return await Promise.race([
      promise,
      gone.then(([code]) => ({ error: `Chromium ended with code ${String(code)}` })),
    ]);
  } finally {
    browser.kill();
    await gone;
    server.closeAllConnections();
    server.close();
    // Processes of the browser may write for a moment after the one we started has gone.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
