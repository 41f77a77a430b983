import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readPicture } from "../src/image-file.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { temporaryFolder } from "./temporary-folder.ts";

it("a folder where a file should be is told from one that is missing", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "a.png"));
  expect(await diagnosticOf(readPicture(join(folder, "a.png")))).toMatchObject({
    code: "data/unreadable",
    file: join(folder, "a.png"),
  });
  expect((await diagnosticOf(readPicture(join(folder, "b.png")))).code).toBe("data/missing-file");
});
