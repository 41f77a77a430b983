import { createHash } from "node:crypto";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { download } from "../src/download.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { sendRange, serve } from "./file-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251);
const md5 = createHash("md5").update(content).digest("hex");
const quick = { md5, bytes: content.length, retryDelay: 1 };

function target(): string {
  return join(temporaryFolder(), "file.bin");
}

describe("a download", () => {
  it("arrives whole, with progress that ends at the total, and leaves nothing else", async () => {
    const { url } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    const seen: (readonly [number, number | undefined])[] = [];
    await download([`${url}/file.bin`], path, { ...quick, onProgress: (...progress) => seen.push(progress) });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(existsSync(`${path}.part`)).toBe(false);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
  });

  it("goes on where a cut connection left it", async () => {
    const { url, requests } = await serve((request, response, nth) =>
      sendRange(request, response, content, nth === 0 ? 70_000 : nth === 1 ? 150_000 : undefined),
    );
    const path = target();
    await download([`${url}/file.bin`], path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(requests.map(({ range }) => range)).toEqual([undefined, "bytes=70000-", "bytes=150000-"]);
  });

  it("goes on after the program was stopped", async () => {
    const { url, requests } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    writeFileSync(`${path}.part`, content.subarray(0, 1234));
    await download([`${url}/file.bin`], path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(requests[0]?.range).toBe("bytes=1234-");
  });

  it("begins again when the server does not know ranges", async () => {
    const { url } = await serve((_, response, nth) => {
      response.writeHead(200, { "content-length": content.length });
      if (nth > 0) response.end(content);
      else response.write(content.subarray(0, 90_000), () => setTimeout(() => response.destroy(), 20));
    });
    const path = target();
    await download([`${url}/file.bin`], path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it("is finished when everything was there before it was stopped", async () => {
    const { url, requests } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    writeFileSync(`${path}.part`, content);
    await download([`${url}/file.bin`], path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it("begins again, once, when what was left turns out to be of another file", async () => {
    const { url, requests } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    writeFileSync(`${path}.part`, "something else");
    await download([`${url}/file.bin`], path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(requests.map(({ range }) => range)).toEqual(["bytes=14-", undefined]);
  });

  it("begins again when what was left is longer than the file", async () => {
    const { url } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    writeFileSync(`${path}.part`, new Uint8Array(content.length + 5));
    await download([`${url}/file.bin`], path, quick);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it("is tried again when the server is busy", async () => {
    const { url } = await serve((request, response, nth) => {
      if (nth < 2) response.writeHead(503).end();
      else sendRange(request, response, content);
    });
    const path = target();
    await download([`${url}/file.bin`], path, quick);
    expect(existsSync(path)).toBe(true);
  });

  it("turns to the next address when one does not have the file", async () => {
    const { url, requests } = await serve((request, response) => {
      if (request.url?.startsWith("/old/")) response.writeHead(404).end("gone");
      else sendRange(request, response, content);
    });
    const path = target();
    await download([`${url}/old/file.bin`, `${url}/new/file.bin`], path, quick);
    expect(requests.map((request) => request.path)).toEqual(["/old/file.bin", "/new/file.bin"]);
    expect(existsSync(path)).toBe(true);
  });
});

describe("a download that fails", () => {
  it("names each address and why", async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(request.url === "/a" ? 404 : 500).end();
    });
    const fault = await diagnosticOf(download([`${url}/a`, `${url}/b`], target(), quick));
    expect(fault.code).toBe("data/download-failed");
    expect(fault.message).toMatch(/\/a: HTTP 404.*\/b: HTTP 500.*4 attempts/);
  });

  it("keeps what has arrived", async () => {
    const { url } = await serve((request, response, nth) => {
      if (nth === 0) sendRange(request, response, content, 5000);
      else response.destroy();
    });
    const path = target();
    expect((await diagnosticOf(download([`${url}/file.bin`], path, quick))).code).toBe("data/download-failed");
    expect(readFileSync(`${path}.part`).equals(content.subarray(0, 5000))).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it("says that nobody listens", async () => {
    const fault = await diagnosticOf(download(["http://127.0.0.1:9/file"], target(), { ...quick, attempts: 2 }));
    expect(fault.message).toMatch(/http:\/\/127\.0\.0\.1:9\/file: .+ \(2 attempts\)/);
  });

  it("does not wait for ever for a server that says nothing", async () => {
    const { url } = await serve(() => {});
    const fault = await diagnosticOf(download([`${url}/a`], target(), { ...quick, attempts: 2, idleTimeout: 50 }));
    expect(fault.message).toContain("nothing arrived for 0.05 s");
  });

  it("by its checksum leaves no file, and gives both sums", async () => {
    const { url } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    const fault = await diagnosticOf(download([`${url}/file.bin`], path, { ...quick, md5: "0".repeat(32) }));
    expect(fault.code).toBe("data/wrong-checksum");
    expect(fault.message).toContain(md5);
    expect(fault.message).toContain("0".repeat(32));
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  });

  it("by its checksum at one address is tried at the next", async () => {
    const { url } = await serve((request, response) =>
      sendRange(request, response, request.url === "/wrong" ? content.subarray(1) : content),
    );
    const path = target();
    await download([`${url}/wrong`, `${url}/right`], path, { md5, retryDelay: 1 });
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it("because it was stopped throws the reason and keeps what has arrived", async () => {
    const stop = new AbortController();
    const { url } = await serve((request, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 60_000));
      void request;
    });
    const path = target();
    const reason = new Error("stopped by the user");
    const onProgress = (done: number): void => {
      if (done >= 60_000) stop.abort(reason);
    };
    await expect(download([`${url}/file.bin`], path, { ...quick, signal: stop.signal, onProgress })).rejects.toBe(
      reason,
    );
    expect(readFileSync(`${path}.part`).equals(content.subarray(0, 60_000))).toBe(true);
  });

  it("because the disk is full says so, at once", async ({ skip }) => {
    skip(!existsSync("/dev/full"), "there is no /dev/full here");
    const { url, requests } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    symlinkSync("/dev/full", `${path}.part`);
    const fault = await diagnosticOf(download([`${url}/file.bin`], path, quick));
    expect(fault).toMatchObject({ code: "data/disk-full", file: `${path}.part` });
    expect(requests).toHaveLength(1);
  });

  it("because the folder cannot be written says so", async () => {
    const { url } = await serve((request, response) => sendRange(request, response, content));
    const path = join(temporaryFolder(), "no-such-folder", "file.bin");
    expect((await diagnosticOf(download([`${url}/file.bin`], path, quick))).code).toBe("data/not-writable");
  });
});
