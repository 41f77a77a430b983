import { describe, expect, it } from "vitest";
import { commands } from "../src/commands/index.ts";
import { settle } from "./fake-terminal.ts";

describe("settle", () => {
  it("lists every command in its help, on stdout", async () => {
    const { code, stdout, stderr } = await settle(["--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const { name, summary } of commands) {
      expect(stdout).toContain(name);
      expect(stdout.replaceAll(/\s+/g, " ")).toContain(summary);
    }
  });

  it("prints the help when it is given nothing", async () => {
    const { code, stdout } = await settle([]);
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: settle");
  });

  it("prints its version", async () => {
    const { code, stdout } = await settle(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(commands.map(({ name }) => name))(
    "shows examples, --json, --quiet and --no-color in the help of %s",
    async (name) => {
      const { code, stdout } = await settle([name, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain("Examples:");
      for (const option of ["--json", "--quiet", "--no-color", "--help"]) expect(stdout).toContain(option);
    },
  );

  it("says what there is when a command does not exist, with exit code 2", async () => {
    const { code, stdout, stderr } = await settle(["chekc"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Did you mean 'check'?");
    for (const { name } of commands) expect(stderr).toContain(name);
  });

  it("refuses an unknown option with exit code 2 and the nearest one", async () => {
    const { code, stderr } = await settle(["check", "conv-ngc", "--jsn"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--json");
  });

  it("refuses a missing argument with exit code 2", async () => {
    const { code, stderr } = await settle(["check"]);
    expect(code).toBe(2);
    expect(stderr).toContain("files");
    expect(stderr).toContain("`settle check --help`");
    expect((await settle(["data", "get"])).stderr).toContain("`settle data get --help`");
  });
});
