import { type FileHandle, open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRun, fileFault, openRun, readMetrics, writeWhole } from "@settle/runs";
import writeFileAtomic from "write-file-atomic";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MetricsAppender } from "../src/metrics-file.ts";
import { exampleCheckpoint } from "./example-checkpoint.ts";
import { diagnosticOf, exampleStart, temporaryFolder } from "./example-run.ts";

vi.mock("write-file-atomic", async (original) => {
  const real = await original<{ default: typeof writeFileAtomic }>();
  return { default: vi.fn<typeof writeFileAtomic>(real.default) };
});

/** The error Node throws when the system answers with `code`. */
const systemError = (code: string) => Object.assign(new Error(`${code}: said by the test, open 'x'`), { code });

describe("writing a file as a whole", () => {
  afterEach(() => {
    vi.mocked(writeFileAtomic).mockReset();
  });

  test("makes the folders above it and leaves nothing beside it", async () => {
    const dir = await temporaryFolder();
    await writeWhole(join(dir, "a", "b.json"), "{}", "write it");
    expect(await readdir(join(dir, "a"))).toEqual(["b.json"]);
    expect(await readFile(join(dir, "a", "b.json"), "utf8")).toBe("{}");
  });

  test.each([
    ["ENOSPC", "runs/disk-full", "no space left"],
    ["EDQUOT", "runs/disk-full", "quota"],
    ["EACCES", "runs/no-permission", "permission denied"],
    ["EPERM", "runs/no-permission", "permission denied"],
    ["EROFS", "runs/read-only", "read-only"],
    ["ENOTDIR", "runs/not-a-folder", "is a file, not a folder"],
    ["EIO", "runs/file-fault", "EIO: said by the test"],
  ])("%s becomes %s with a remedy", async (code, diagnosticCode, reason) => {
    vi.mocked(writeFileAtomic).mockRejectedValueOnce(systemError(code));
    const path = join(await temporaryFolder(), "x.json");
    const diagnostic = await diagnosticOf(writeWhole(path, "", "write the checkpoint"));
    expect(diagnostic).toMatchObject({ code: diagnosticCode, file: path });
    expect(diagnostic.message).toContain(`Cannot write the checkpoint at "${path}": `);
    expect(diagnostic.message).toContain(reason);
    expect(diagnostic.help).toMatch(/--run|--resume/);
  });

  test("a folder that is a file is said to be one, by the real file system", async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, "file"), "");
    expect((await diagnosticOf(writeWhole(join(dir, "file", "x.json"), "", "write it"))).code).toBe(
      "runs/not-a-folder",
    );
    expect((await diagnosticOf(createRun(join(dir, "file"), exampleStart))).code).toBe("runs/not-a-folder");
  });

  test("a file of more than 2 GiB is said to be none of ours", () => {
    expect(fileFault(systemError("ERR_FS_FILE_TOO_LARGE"), "x", "read it").diagnostic.code).toBe("runs/file-too-large");
  });

  test("the error keeps what the system said as its cause", () => {
    const cause = systemError("EROFS");
    expect(fileFault(cause, "x", "write it").cause).toBe(cause);
  });
});

describe("a disk that fills up while training", () => {
  test("leaves the checkpoint before whole, and the run can be read and gone on with", async () => {
    const dir = join(await temporaryFolder(), "run");
    const run = await createRun(dir, exampleStart);
    await run.saveCheckpoint(exampleCheckpoint(1));
    vi.mocked(writeFileAtomic).mockRejectedValueOnce(systemError("ENOSPC"));
    expect((await diagnosticOf(run.saveCheckpoint(exampleCheckpoint(2)))).code).toBe("runs/disk-full");
    expect(await (await openRun(dir)).loadLatest()).toEqual(exampleCheckpoint(1));
    await run.saveCheckpoint(exampleCheckpoint(2));
    expect(await run.loadLatest()).toEqual(exampleCheckpoint(2));
    await run.close();
  });

  test("leaves the metrics with whole lines only, and they can be gone on with", async () => {
    const path = join(await temporaryFolder(), "metrics.jsonl");
    const appender = new MetricsAppender(path);
    const line = { kind: "epoch", epoch: 1, updates: 1, samples: 1, discrepancy: 1, errors: {}, seconds: 1 } as const;
    await appender.append(line);
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const append = vi.spyOn(prototype, "appendFile").mockImplementationOnce(async function (this: FileHandle) {
      await this.write("half a li");
      throw systemError("ENOSPC");
    });
    expect((await diagnosticOf(appender.append({ ...line, epoch: 2 }))).code).toBe("runs/disk-full");
    append.mockRestore();
    expect(await readFile(path, "utf8")).toMatch(/^\{.*\}\n$/);
    await appender.append({ ...line, epoch: 3 });
    await appender.close();
    expect((await readMetrics(path)).lines.map(({ epoch }) => epoch)).toEqual([1, 3]);
  });
});
