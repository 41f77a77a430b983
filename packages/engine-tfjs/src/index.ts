export { tfjsEngines } from "./tfjs-engines.ts";
