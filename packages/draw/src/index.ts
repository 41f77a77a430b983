export { drawCircuit } from "./circuit/draw-circuit.ts";
