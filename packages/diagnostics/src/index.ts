export { closest, onlyClosest } from "./closest.ts";
export { type Code, type CodeEntry, codes, docsPage } from "./codes.ts";
export {
  type Diagnostic,
  type PatchOperation,
  type Place,
  type Severity,
  SettleError,
  settleError,
} from "./diagnostic.ts";
export { type CheckJson, type DiagnosticJson, diagnosticJson, diagnosticsJson } from "./diagnostics-json.ts";
export { hasErrors } from "./has-errors.ts";
export { formatPointer, parentPointer, parsePointer, valueAt } from "./json-pointer.ts";
export { renderDiagnostic, renderDiagnostics, type RenderOptions } from "./render-diagnostic.ts";
export { sortDiagnostics } from "./sort-diagnostics.ts";
