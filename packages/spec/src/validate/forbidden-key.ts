import type { Diagnostic } from "@settle/diagnostics";

/** Keys that would reach the prototype of a plain object. */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export function forbiddenKey(name: string): Pick<Diagnostic, "code" | "severity" | "message" | "help"> {
  return {
    code: "parse/forbidden-key",
    severity: "error",
    message: `"${name}" cannot be a key: JavaScript keeps the name for itself.`,
    help: "choose another name.",
  };
}
