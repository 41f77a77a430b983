/** Colours and type of every picture. Light background; told apart in print and by the colour-blind. */
import type { Mark } from "./circuit/circuit-picture.ts";

export const font = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

export const ink = {
  text: "#1f2933",
  faint: "#6b7785",
  paper: "#ffffff",
  band: "#f5f6f8",
  state: "#e8f0fb",
  observed: "#c9cfd6",
  error: "#fdeedc",
  generative: "#1d5fa8",
  feedback: "#b4530a",
  lateral: "#6a3fa0",
  added: "#14803c",
  removed: "#c0182b",
  changed: "#a16207",
  same: "#8a94a0",
} as const;

/** The colour of a part: of its mark if it has one. */
export const markColor = (mark: Mark | undefined, otherwise: string): string =>
  mark === undefined ? otherwise : ink[mark];
