// Images a second of every engine that works here, their processes taking turns so that what else the machine does hits all.
import os from "node:os";
import { engines } from "@settle/settle";
import { median } from "./median.mjs";
import { inProcess } from "./side.mjs";

/** A settle that would take longer than this is measured with fewer images. */
const PATIENCE_MILLISECONDS = 20_000;

/**
 * @param {{ batch: number, rounds: number, say: (line: string) => void }} options
 */
export async function measureEngines({ batch, rounds, say }) {
  const report = await engines();
  say("");
  for (const each of report.engines) if (!each.available) say(`not here: ${each.name} (${each.reason})`);
  const sides = [];
  for (const each of report.engines.filter(({ available }) => available)) {
    const side = inProcess("settle-side.mjs", [each.name]);
    const { load } = await side.ask({ batch: 1 });
    const small = await side.ask({ batch: 2 });
    const images = Math.max(1, Math.min(batch, Math.floor(PATIENCE_MILLISECONDS / (small.milliseconds / 2))));
    const { device, steps, discrepancy, megabytes } = await side.ask({ batch: images });
    sides.push({
      ...each,
      side,
      device,
      steps,
      images,
      load,
      discrepancy,
      megabytes,
      times: /** @type {number[]} */ ([]),
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const each of sides) {
      const { milliseconds, megabytes } = await each.side.ask({ batch: each.images });
      each.times.push(milliseconds);
      each.megabytes = megabytes;
    }
  }
  for (const { side } of sides) side.end();
  const results = sides.map(({ name, device, version, steps, images, load, discrepancy, megabytes, times }) => {
    const speeds = times.map((time) => (1000 * images) / time);
    const spread = [Math.min(...speeds), Math.max(...speeds)];
    return {
      name,
      device,
      version,
      steps,
      images,
      load,
      discrepancy,
      megabytes,
      imagesPerSecond: median(speeds),
      spread,
    };
  });
  const base = results.find(({ name }) => name === "tfjs:wasm") ?? results[0];
  say(
    `settling conv-ngc, T = ${base?.steps}: images a second, median of ${rounds} rounds taken in turn (slowest … fastest); load average ${os.loadavg()[0]?.toFixed(1)}`,
  );
  for (const each of results) {
    const [slowest = 0, fastest = 0] = each.spread;
    say(
      [
        `  ${each.name.padEnd(14)}`,
        each.imagesPerSecond.toFixed(1).padStart(8),
        ` (${slowest.toFixed(1)} … ${fastest.toFixed(1)})`.padEnd(22),
        `${(each.imagesPerSecond / (base?.imagesPerSecond ?? 1)).toFixed(2)} × ${base?.name}`.padEnd(18),
        `${each.images} images, ${each.megabytes.toFixed(0)} MB, loads in ${each.load.toFixed(0)} ms, ${each.device}, ${each.version}`,
      ].join(" "),
    );
  }
  return results;
}
