export { printVerification, type VerificationStyle } from "./print-verification.ts";
export type { Check, Departure, RuleVerdict, Verification } from "./verification.ts";
export { verifyCircuit, type VerifyOptions } from "./verify-circuit.ts";
