export {
  type Diagnostic,
  type PatchOperation,
  type Place,
  type Severity,
  SettleError,
  settleError,
} from "./diagnostic.ts";
