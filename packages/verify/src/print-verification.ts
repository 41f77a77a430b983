/** A verification as text for people. */
import type { Check, Departure, RuleVerdict, Verification } from "./verification.ts";

export interface VerificationStyle {
  readonly bold: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

const plain: VerificationStyle = { bold: (text) => text, good: (text) => text, bad: (text) => text };

export function printVerification(verification: Verification, style: VerificationStyle = plain): string {
  const { circuit, energies, corrections, learning, remarks, equilibrium, engines } = verification;
  const mark = ({ ok, maxRelativeError, tolerance }: Check): string =>
    ok
      ? style.good(`ok  ${figure(maxRelativeError)}`)
      : style.bad(`FAILS  ${figure(maxRelativeError)}, allowed ${figure(tolerance)}`);
  const rule = (verdict: RuleVerdict): readonly string[] => {
    const { id, gradient, descends, departures, check, formulas, angle } = verdict;
    const claim = gradient ? "is −∂E" : descends === undefined ? "is no gradient as written" : `is −∂(${descends})`;
    const undone = descends === undefined && departures.some(isUndone) ? " with this undone" : "";
    const results = [
      ...(check === undefined ? [] : [`${mark(check)}${undone}`]),
      ...formulas.map((formula) => `${mark(formula)}  ${formula.what}`),
    ];
    const result = results.length === 0 ? "not checked" : results.join("; ");
    const turned = angle === undefined ? "" : `; ${angle.toFixed(1)}° apart`;
    return [`  ${id}  ${claim}  ${result}${turned}`, ...departures.map(({ message }) => `      ${message}`)];
  };
  const lines = [
    style.bold(`${circuit}: what its rules descend (E)`),
    ...energies.map(({ error, message }) => `  ${error}  ${message}`),
    ...remarks.map((remark) => `  ${remark}`),
    "",
    style.bold("corrections, against finite differences"),
    ...corrections.flatMap(rule),
    "",
    style.bold("learning, against finite differences"),
    ...(learning.length === 0 ? ["  nothing learns"] : learning.flatMap(rule)),
    "",
    style.bold("equilibrium"),
    equilibrium.kind === "checked"
      ? `  ${mark(equilibrium.check)}  ${equilibrium.check.what}: ${equilibrium.unknowns} unknowns, ${equilibrium.steps} steps${
          equilibrium.free > 0 ? `, ${equilibrium.free} directions in which nothing pulls` : ""
        }`
      : `  no closed form: ${equilibrium.reason}`,
  ];
  if (engines.length > 0) {
    lines.push("", style.bold("engines, against the reference engine"));
    for (const { name, checks, skipped } of engines) {
      const results = checks.map((check) => `${check.what} ${mark(check)}`).join("  ");
      lines.push(`  ${name}  ${skipped === undefined ? results : `not here: ${skipped}`}`);
    }
  }
  return lines.join("\n");
}

/** Two energies are compared each on its side, and what has none along a way: as written. */
const isUndone = ({ kind }: Departure): boolean => kind !== "two-energies" && kind !== "output-slope";

const figure = (value: number | null): string => (value === null ? "not finite" : value.toExponential(0));
