import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "settle-train-"));
  await writeFile(join(folder, "tiny.json"), JSON.stringify(tinyCircuit));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const common = ["--data", "color-mnist", "--engine", "reference"];

interface TrainJson {
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
  readonly status: string;
  readonly final: { readonly discrepancy: number };
  readonly seconds: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
  readonly engine: { readonly name: string; readonly device: string };
}

async function train(run: string, ...args: string[]): ReturnType<typeof settle> {
  return settle(["train", "tiny.json", "--run", run, ...common, ...args], { cwd: folder });
}

async function weights(run: string): Promise<Buffer> {
  const checkpoints = join(folder, run, "checkpoints");
  const names = (await readdir(checkpoints)).filter((name) => name.endsWith(".safetensors")).toSorted();
  return readFile(join(checkpoints, names.at(-1) ?? ""));
}

describe("settle train", () => {
  it("writes a run folder and, with --json, nothing but one document to stdout", async () => {
    const { code, stdout } = await train("whole", "--limit", "20", "--epochs", "2", "--json");
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as TrainJson;
    expect(document).toMatchObject({ epochs: 2, steps: 8, status: "done", engine: { name: "reference" } });
    expect(document.final.discrepancy).toBeGreaterThan(0);
    expect(document.imagesPerSecond).toBeGreaterThan(0);
    expect(Object.keys(document.seconds)).toEqual(
      expect.arrayContaining(["compile", "data", "settle", "learn", "total"]),
    );
    const lines = (await readFile(join(folder, "whole", "metrics.jsonl"), "utf8")).trim().split("\n");
    expect(lines.filter((line) => line.includes('"kind":"step"'))).toHaveLength(8);
    const manifest = JSON.parse(await readFile(join(folder, "whole", "run.json"), "utf8")) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      status: "finished",
      settings: { data: "color-mnist", epochs: 2, batch: 5, rate: 0.01, seed: 1, limit: 20 },
      seeds: { training: 1 },
    });
    const page = await readFile(join(folder, "whole", "report.html"), "utf8");
    for (const part of ["The circuit", "The equations", "discrepancy"]) expect(page).toContain(part);
    expect(page.match(/<figure class="drawing"><svg /g)).toHaveLength(1);
  });

  it("is silent on stderr with --quiet", async () => {
    const { stderr } = await train("quiet", "--limit", "5", "--quiet");
    expect(stderr).toBe("");
  });

  it("changes the rate as --schedule says in place of the circuit, and keeps that in the run", async () => {
    const { code } = await train("scheduled", "--limit", "20", "--schedule", "step:every=2,factor=0.5");
    expect(code).toBe(0);
    const lines = (await readFile(join(folder, "scheduled", "metrics.jsonl"), "utf8")).trim().split("\n");
    const moments = lines.map((line) => JSON.parse(line) as { readonly kind: string; readonly rate?: number });
    const rates = moments.filter(({ kind }) => kind === "step").map(({ rate }) => rate);
    expect(rates).toEqual([0.01, 0.01, 0.005, 0.005]);
    const manifest = JSON.parse(await readFile(join(folder, "scheduled", "run.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(manifest).toMatchObject({ settings: { schedule: "step:every=2,factor=0.5" } });
  });

  it("refuses a schedule that is none, and says how one is written", async () => {
    const { code, stderr } = await train("unscheduled", "--limit", "5", "--schedule", "sometimes");
    expect(code).toBe(1);
    expect(stderr).toContain("train/bad-schedule");
    expect(stderr).toContain("step:every=1000,factor=0.5");
  });

  it("says how to use the run on stdout without --json", async () => {
    const { stdout, stderr } = await train("spoken", "--limit", "5");
    expect(stdout).toContain("report.html");
    expect(stderr).toContain("Training tiny on color-mnist train (first 5)");
  });

  it("keeps the values of a template's parameters in the run, and goes on with them", async () => {
    const { z1 } = tinyCircuit.states;
    const states = { ...tinyCircuit.states, z1: { ...z1, shape: [16, 16, { $parameter: "channels" }] } };
    const template = { ...tinyCircuit, parameters: { channels: { default: 2, min: 1, max: 8 } }, states };
    await writeFile(join(folder, "family.json"), JSON.stringify(template));
    const args = ["train", "family.json", "--run", "family", ...common, "--limit", "5"];
    const first = await settle([...args, "--set", "channels=3"], { cwd: folder });
    expect(first.code).toBe(0);
    const manifest = JSON.parse(await readFile(join(folder, "family", "run.json"), "utf8")) as Record<string, unknown>;
    expect(manifest).toMatchObject({ circuit: { parameters: { channels: 3 } } });
    expect((await settle([...args, "--epochs", "2", "--resume"], { cwd: folder })).code).toBe(0);
    const evaluation = await settle(["eval", "family", "--limit", "2", "--engine", "reference"], { cwd: folder });
    expect(evaluation.code).toBe(0);
    const other = await settle([...args, "--resume", "--set", "channels=4"], { cwd: folder });
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("other-circuit") as string });
  });

  it("keeps what it has on Ctrl-C, exits with 130, and goes on bit for bit as if it had not stopped", async () => {
    let pressed = false;
    const interrupted = await settle(
      ["train", "tiny.json", "--run", "stopped", ...common, "--limit", "40", "--epochs", "3"],
      {
        cwd: folder,
        onStderr: (pressControlC, written) => {
          if (pressed || !written.includes("epoch 1/3:")) return;
          pressed = true;
          pressControlC();
        },
      },
    );
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain("--resume");
    expect(JSON.parse(await readFile(join(folder, "stopped", "run.json"), "utf8"))).toMatchObject({
      status: "interrupted",
    });
    // Data, batch, limit and seed come from the run.
    const resumed = await settle(["train", "tiny.json", "--run", "stopped", "--resume"], { cwd: folder });
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain("bit for bit");
    await train("straight", "--limit", "40", "--epochs", "3");
    expect((await weights("stopped")).equals(await weights("straight"))).toBe(true);
  });

  it("leaves no run behind where the data do not fit the circuit", async () => {
    const args = ["train", "tiny.json", "--run", "unfit", "--epochs", "1", "--limit", "5", "--engine", "reference"];
    const wrong = await settle([...args, "--data", "mnist10k"], { cwd: folder });
    expect(wrong.stderr).not.toContain("No --data");
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("data/shape-mismatch") as string });
    const without = await settle(args, { cwd: folder });
    expect(without).toMatchObject({ code: 0, stderr: expect.stringContaining("No --data was given") as string });
  });

  it("says that it diverged, where, with exit code 3, and keeps the weights from before", async () => {
    const z1 = { shape: [16, 16, 2] };
    const wild = { ...tinyCircuit, states: { ...tinyCircuit.states, z1 }, settle: { steps: 300, rate: 90 } };
    await writeFile(join(folder, "wild.json"), JSON.stringify(wild));
    const args = ["train", "wild.json", "--run", "wild", ...common, "--limit", "10"];
    const { code, stdout, stderr } = await settle([...args, "--json"], { cwd: folder });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: "diverged" });
    expect(stderr).toContain("[run/diverged]");
    expect(await readdir(join(folder, "wild", "checkpoints"))).toContain("update-00000000.safetensors");
  });
});

describe("settle eval", () => {
  beforeAll(async () => {
    await train("trained", "--limit", "20");
  });

  const evaluate = async (...args: string[]): ReturnType<typeof settle> =>
    settle(["eval", ...args, "--engine", "reference", "--limit", "6"], { cwd: folder });

  it.each(["reconstruct", "denoise", "complete"])("scores %s of a run, on the test split of its data", async (task) => {
    const { code, stdout } = await evaluate("trained", "--task", task, "--json");
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as {
      metrics: Record<string, number>;
      variants: Record<string, Record<string, number>>;
      picture: string;
    };
    expect(document).toMatchObject({
      task,
      data: "color-mnist test (first 6)",
      images: 6,
      engine: { name: "reference" },
    });
    for (const metric of ["mse", "ssim", "ssimWindow", "psnr"]) expect(document.metrics[metric]).toBeTypeOf("number");
    expect(Object.keys(document.variants)).toEqual(
      { reconstruct: [], denoise: ["state", "noisy", "clamped", "relaxed"], complete: ["state", "hidden"] }[task],
    );
    expect((await readFile(document.picture)).subarray(1, 4).toString()).toBe("PNG");
  });

  it("finds the noisy images as far from the clean ones as σ = 0.1 says", async () => {
    const { stdout } = await evaluate("trained", "--task", "denoise", "--json");
    const { variants } = JSON.parse(stdout) as { variants: { noisy: { mse: number } } };
    // 6 · 3072 squared normal numbers: their mean is within 5 standard errors of σ².
    const expected = (0.1 * 255) ** 2;
    expect(Math.abs(variants.noisy.mse / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / (6 * 3072)));
  });

  it("takes weights from a file, and then scores as the run itself", async () => {
    const checkpoints = join(folder, "trained", "checkpoints");
    const names = (await readdir(checkpoints)).filter((name) => name.endsWith(".safetensors")).toSorted();
    const file = join(checkpoints, names.at(-1) ?? "");
    const ofRun = await evaluate("trained", "--json");
    const ofFile = await evaluate("tiny.json", "--weights", file, "--data", "color-mnist", "--json");
    const { metrics } = JSON.parse(ofFile.stdout) as { metrics: unknown };
    expect(metrics).toEqual((JSON.parse(ofRun.stdout) as { metrics: unknown }).metrics);
  });

  it("scores an untrained circuit, and says that it is one", async () => {
    const { code, stdout, stderr } = await evaluate("tiny.json", "--data", "color-mnist");
    expect(code).toBe(0);
    expect(stdout).toContain("reconstruction");
    expect(stderr).toContain("untrained");
  });

  it("asks for data where none are known", async () => {
    const { code, stderr } = await evaluate("tiny.json");
    expect(code).toBe(1);
    expect(stderr).toContain("[eval/no-data]");
  });

  it("refuses weights of another circuit and names the tensor", async () => {
    const other = { ...tinyCircuit, states: { ...tinyCircuit.states, z1: { shape: [16, 16, 3] } } };
    await writeFile(join(folder, "other.json"), JSON.stringify(other));
    const file = join("trained", "checkpoints", "update-00000000.safetensors");
    const { code, stderr } = await evaluate("other.json", "--weights", file, "--data", "color-mnist");
    expect(code).toBe(1);
    expect(stderr).toContain("[checkpoint/shape-mismatch]");
    expect(stderr).toContain("W1");
  });

  it("names a damaged weights file", async () => {
    await writeFile(join(folder, "damaged.safetensors"), "no tensors");
    const { code, stderr } = await evaluate("tiny.json", "--weights", "damaged.safetensors", "--data", "color-mnist");
    expect(code).toBe(1);
    expect(stderr).toContain("damaged.safetensors");
    expect(stderr).not.toContain("fault of Settle");
  });

  it("stops on Ctrl-C with 130", async () => {
    const { code } = await settle(["eval", "tiny.json", "--data", "color-mnist", "--engine", "reference"], {
      cwd: folder,
      onStderr: (pressControlC, written) => {
        if (written.endsWith("circuit.\n")) pressControlC();
      },
    });
    expect(code).toBe(130);
  });
});
