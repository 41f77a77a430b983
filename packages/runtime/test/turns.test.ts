import { describe, expect, it } from "vitest";
import { Turns } from "../src/turns.ts";

describe("turns", () => {
  it("begins one piece of work when the one before is done, whether or not that failed", async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const slow = turns.take(async () => {
      await Promise.resolve();
      seen.push("slow");
      throw new Error("it failed");
    });
    const quick = turns.take(() => seen.push("quick"));
    await expect(slow).rejects.toThrow("it failed");
    await quick;
    expect(seen).toEqual(["slow", "quick"]);
  });

  it("refuses what comes after the end, and does what came before", async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const before = turns.take(() => seen.push("before"));
    const end = turns.end(() => void seen.push("end"));
    const after = turns.take(() => seen.push("after"));
    await before;
    await end;
    await expect(after).rejects.toThrow("disposed");
    expect(seen).toEqual(["before", "end"]);
  });
});
