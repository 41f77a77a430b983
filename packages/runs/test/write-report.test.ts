import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createRun,
  featureMapSheet,
  type PlotBlock,
  pictureOf,
  type ReportBlock,
  type Run,
  writeReport,
} from "@settle/runs";
import { decode } from "fast-png";
import { parseHTML } from "linkedom";
import { describe, expect, onTestFinished, test } from "vitest";
import { renderPlot } from "../src/render-plot.ts";
import { exampleStart, temporaryFolder } from "./example-run.ts";

const nasty = `<script>alert("1")</script> & 'x' http://evil.example`;

const plot: PlotBlock = {
  kind: "plot",
  name: "learning-curve",
  caption: nasty,
  x: { label: nasty },
  y: { label: "discrepancy", scale: "log" },
  series: [
    {
      name: nasty,
      points: [
        [1, 9],
        [2, 4],
        [3, NaN],
        [4, 1],
      ],
    },
    {
      name: "validation",
      points: [
        [2, 5],
        [4, 2],
      ],
    },
  ],
  rules: [{ y: 3, label: nasty }],
};
const picture = pictureOf(
  Float32Array.from({ length: 12 }, (_, i) => i / 12),
  [2, 2, 3],
);

const everything: readonly ReportBlock[] = [
  { kind: "text", text: `${nasty}\n\nsecond` },
  { kind: "text", text: nasty, tone: "note" },
  {
    kind: "table",
    caption: nasty,
    columns: [{ label: nasty }, { label: "MSE", better: "lower", digits: 1 }, { label: "SSIM", better: "higher" }],
    rows: [
      { cells: ["trained", 23.123, 0.98765432] },
      { cells: [nasty, 5912.3, undefined], differs: true },
      { cells: ["paper", 11.28, 0.99], reference: true },
    ],
  },
  plot,
  {
    kind: "images",
    name: "denoising",
    caption: nasty,
    columns: [nasty, "noisy"],
    rows: [{ label: nasty, pictures: [picture, picture] }],
  },
  {
    kind: "feature-maps",
    name: "maps",
    caption: nasty,
    layers: [{ id: "z1", label: nasty, sheet: featureMapSheet(Float32Array.of(1, 2, 3, 4), [1, 2, 2]) }],
  },
  { kind: "code", code: nasty, caption: nasty },
  { kind: "math", latex: ["e = z - \\mu", "\\frac{<script>"], caption: nasty },
];

async function pageOf(
  blocks: readonly ReportBlock[],
): Promise<{ readonly run: Run; readonly html: string; readonly document: ReturnType<typeof parseHTML>["document"] }> {
  const run = await createRun(join(await temporaryFolder(), "run"), exampleStart);
  onTestFinished(() => run.close());
  await run.finish("finished");
  const content = {
    title: nasty,
    summary: nasty,
    facts: [{ label: nasty, value: nasty }],
    sections: [{ heading: nasty, blocks }],
  };
  await writeReport(run, content);
  const html = await readFile(run.paths.report, "utf8");
  return { run, html, document: parseHTML(html).document };
}

describe("a report", () => {
  test("is one page that fetches nothing: no address in any attribute or style", async () => {
    const { html, document } = await pageOf(everything);
    const addresses = [...document.querySelectorAll("*")].flatMap((element) =>
      [...element.attributes].filter(
        ({ name, value }) =>
          !name.startsWith("xmlns") && /https?:|\/\/|url\(/i.test(value.replace(/^data:image\/png;base64,.*/, "")),
      ),
    );
    const texts = addresses.filter(({ value }) => !value.includes(nasty));
    expect(texts.map(({ name, value }) => `${name}=${value}`)).toEqual([]);
    expect(document.querySelectorAll("script, link, iframe, object, embed, base").length).toBe(0);
    expect(
      [...document.querySelectorAll("img")].every((img) =>
        img.getAttribute("src")?.startsWith("data:image/png;base64,"),
      ),
    ).toBe(true);
    expect([...document.querySelectorAll("style")].map((style) => style.textContent).join()).not.toMatch(
      /@import|url\(|https?:/,
    );
    expect(html).toContain("default-src 'none'");
  });

  test("shows whatever text it is given as text", async () => {
    const { html, document } = await pageOf(everything);
    expect(html).not.toContain("<script");
    expect(document.querySelector("h1")?.textContent).toBe(nasty);
    expect(document.querySelector("h2")?.textContent).toBe(nasty);
    expect(document.querySelector(".note")?.textContent).toBe(nasty);
    expect(document.querySelector("svg")?.getAttribute("aria-label")).toBe(nasty);
    expect(document.querySelector(".pictures img")?.getAttribute("alt")).toBe(`${nasty}, ${nasty}`);
    expect(document.querySelector("svg")?.textContent).toContain(nasty);
  });

  test("marks the best measured number, not a cited one, and rounds for people", async () => {
    const { document } = await pageOf(everything);
    const cells = [...document.querySelectorAll(".table td")].map(
      (cell) => `${cell.getAttribute("class") ?? ""} ${cell.textContent}`,
    );
    expect(cells).toContain("right best 23.1");
    expect(cells).toContain("right 5,912.3");
    expect(cells).toContain("right 11.3");
    expect(cells).toContain("right –");
    // One measured number alone is not a best.
    expect(cells).toContain("right 0.9877");
  });

  test("sets LaTeX as MathML and shows what it cannot set as written", async () => {
    const { document } = await pageOf(everything);
    expect(document.querySelectorAll("math").length).toBe(1);
    expect([...document.querySelectorAll("figure pre")].map((pre) => pre.textContent)).toContain("\\frac{<script>");
  });

  test("ends with how to repeat the run: command quoted for a shell, seeds, versions, hashes, circuit", async () => {
    const { document } = await pageOf([]);
    const section = document.querySelector("section:last-of-type");
    const text = section?.textContent ?? "";
    expect(text).toContain("settle train tiny.json --run 'my run'");
    for (const fact of [
      "aaaaaaaaaaaa",
      "dddddddddddd",
      "Seed, training1",
      "v20.19.0",
      "reference on CPU, float64, deterministic",
    ]) {
      expect(text).toContain(fact);
    }
    expect(section?.querySelector("details code")?.textContent).toBe(exampleStart.circuit.source);
  });

  test("comes with its plots and pictures as files of their own", async () => {
    const { run } = await pageOf(everything);
    expect((await readdir(run.paths.images)).toSorted()).toEqual([
      "denoising.png",
      "learning-curve.png",
      "learning-curve.svg",
      "maps-z1.png",
    ]);
    const png = decode(await readFile(join(run.paths.images, "learning-curve.png")));
    expect(png.width).toBe(920);
    const svg = await readFile(join(run.paths.images, "learning-curve.svg"), "utf8");
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  });

  test("refuses two pictures of one name", async () => {
    await expect(pageOf([plot, plot])).rejects.toThrow('"learning-curve" cannot name a picture');
    await expect(pageOf([{ ...plot, name: "../x" }])).rejects.toThrow(RangeError);
  });
});

describe("a plot", () => {
  const svgOf = (series: PlotBlock["series"]) =>
    parseHTML(renderPlot({ ...plot, y: { label: "y" }, rules: [], series }) ?? "").document;

  test("names every line of several at its end, in the line's colour", () => {
    const document = svgOf(plot.series);
    const labels = [...document.querySelectorAll("svg > g:last-of-type text")];
    const strokes = [...document.querySelectorAll('g[aria-label="line"]')].map((line) => line.getAttribute("stroke"));
    expect(labels).toHaveLength(2);
    expect(new Set(labels.map((label) => label.getAttribute("fill")))).toEqual(new Set(strokes));
  });

  test("keeps labels apart that end at the same height", () => {
    const series = Array.from({ length: 5 }, (_, i) => ({
      name: `e${i}`,
      points: [
        [0, 1],
        [1, 0],
      ] as const,
    }));
    const ys = [...svgOf(series).querySelectorAll("svg > g:last-of-type text")]
      .map((label) => Number(label.getAttribute("y")))
      .toSorted((a, b) => a - b);
    expect(ys).toHaveLength(5);
    for (const [i, y] of ys.entries()) if (i > 0) expect(y - (ys[i - 1] ?? 0)).toBeGreaterThanOrEqual(12.9);
  });

  test("keeps the peaks of a line it thins", () => {
    const points = Array.from({ length: 20_000 }, (_, i) => [i, i === 12_345 ? 1000 : Math.sin(i)] as const);
    const path =
      svgOf([{ name: "a", points }])
        .querySelector('g[aria-label="line"] path')
        ?.getAttribute("d") ?? "";
    const ys = [...path.matchAll(/,(-?[\d.]+)/g)].map((match) => Number(match[1]));
    expect(ys.length).toBeLessThan(1000);
    expect(ys.filter((y) => y < Math.max(...ys) - 100)).toHaveLength(1);
  });

  test("leaves a gap where a value is not finite, and says so when none is", () => {
    const gap = svgOf([
      {
        name: "a",
        points: [
          [0, 1],
          [1, 2],
          [2, NaN],
          [3, 3],
          [4, 4],
        ],
      },
    ]);
    expect(gap.querySelector('g[aria-label="line"] path')?.getAttribute("d")?.match(/M/g)).toHaveLength(2);
    expect(
      renderPlot({
        ...plot,
        series: [
          {
            name: "a",
            points: [
              [0, -1],
              [1, NaN],
            ],
          },
        ],
      }),
    ).toBeUndefined();
  });
});
