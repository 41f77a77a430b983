/** Every command there is, in the order the help lists them. */
import type { CommandDefinition } from "../command.ts";
import { benchCommand } from "./bench.ts";
import { checkCommand } from "./check.ts";
import { citeCommand } from "./cite.ts";
import { compareCommand } from "./compare.ts";
import { compileCommand } from "./compile.ts";
import { conformanceCommand } from "./conformance.ts";
import { dataCommand } from "./data.ts";
import { demoCommand } from "./demo.ts";
import { densityCommand } from "./density.ts";
import { diffCommand } from "./diff.ts";
import { drawCommand } from "./draw.ts";
import { enginesCommand } from "./engines.ts";
import { evalCommand } from "./eval.ts";
import { explainCommand } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { fixCommand } from "./fix.ts";
import { infoCommand } from "./info.ts";
import { newCommand } from "./new.ts";
import { reproduceCommand } from "./reproduce.ts";
import { sampleCommand } from "./sample.ts";
import { schemaCommand } from "./schema.ts";
import { trainCommand } from "./train.ts";
import { verifyCommand } from "./verify.ts";

export const commands: readonly CommandDefinition[] = [
  demoCommand,
  newCommand,
  checkCommand,
  fixCommand,
  infoCommand,
  explainCommand,
  drawCommand,
  diffCommand,
  compileCommand,
  verifyCommand,
  trainCommand,
  evalCommand,
  compareCommand,
  exportCommand,
  sampleCommand,
  densityCommand,
  reproduceCommand,
  dataCommand,
  enginesCommand,
  benchCommand,
  conformanceCommand,
  schemaCommand,
  citeCommand,
];
