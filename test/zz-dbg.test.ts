import { fixturesFolder, loadFixtures, runFixture } from "@settle/conformance";
import { tfjsEngines } from "@settle/engine-tfjs";
import { it } from "vitest";
import { importTf } from "../packages/engine-tfjs/src/backends/import-tf.ts";
it("x", async () => {
  const e = tfjsEngines.find((x) => x.name === "tfjs:wasm")!;
  await e.probe();
  const tf = await importTf();
  await tf.setBackend("wasm");
  const en = tf.engine() as any;
  const wasm = en.backend.wasm;
  const live = new Map<number, number>();
  const m = wasm._malloc, fr = wasm._free;
  const U8 = () => wasm.HEAPU8 as Uint8Array;
  wasm._malloc = (n: number) => { const p = m(n + 128); U8().fill(0xab, p, p + 64); U8().fill(0xab, p + 64 + n, p + n + 128); live.set(p + 64, n); return p + 64; };
  wasm._free = (p: number) => { if (live.has(p)) { live.delete(p); fr(p - 64); } else fr(p); };
  const ring: string[] = [];
  const dd = wasm.tfjs.disposeData; wasm.tfjs.disposeData = (id: number) => { ring.push("dispose " + id); try { dd(id); } catch (x) { process.stdout.write("IN disposeData " + id + "\n" + ring.filter((s) => new RegExp("\\b" + id + "\\b").test(s)).join("\n") + "\n----\n" + ring.slice(-40).join("\n")+"\n"); throw x; } };
  const fr2 = wasm._free; wasm._free = (p: number) => { try { fr2(p); } catch (x) { process.stdout.write("IN free\n"); throw x; } };
  const check = (what: string) => { const h = U8(); for (const [p, n] of live) { let bad = -1; for (let i = 0; i < 64; i++) { if (h[p - 64 + i] !== 0xab) bad = -64 + i; if (h[p + n + i] !== 0xab) { bad = n + i; } } if (bad !== -1) { process.stdout.write("CORRUPT " + bad + " of " + n + " after " + what + "\n"); live.delete(p); } } };
  const o = en.runKernelFunc;
  en.runKernelFunc = function (p: any) { 
   const sid = (t: any) => t && `${t.shape}`;
   const line = p.kernelName + " " + Object.entries(p.inputs).map(([k, t]) => k + "=" + sid(t)).join(" ") + " " + JSON.stringify(p.attrs);
   const r = o.call(this, p); const idd = (t: any) => t && en.backend.dataIdMap.has(t.dataId) ? en.backend.dataIdMap.get(t.dataId).id : undefined; ring.push(line + ' ids ' + Object.entries(p.inputs).map(([k,t]) => k + '=' + idd(t)).join(' ') + ' out ' + [r].flat().map(idd)); check(line + " -> " + [r].flat().map(sid)); return r; };
  for (const f of await loadFixtures(fixturesFolder)) { if (f.name !== "mixed-graph") continue;
    try { const r = await runFixture(f, e); process.stdout.write(r.name + " " + r.ok + "\n"); } catch (x) { process.stdout.write(f.name + String(x) + "\n"); }
  }
});
