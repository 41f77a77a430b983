export { type Activation, type Softmax } from "./activations/activation.ts";
export { activationOf } from "./activations/activation-of.ts";
export { circuitJsonSchema } from "./circuit-json-schema.ts";
export type {
  ActivationKind,
  ActivationSpec,
  BlockSpec,
  CircuitSpec,
  ConstraintSpec,
  ErrorSpec,
  FeedbackSpec,
  IntegratorSpec,
  LateralSpec,
  LawSpec,
  LeakSpec,
  LearnConstraintSpec,
  LearnSpec,
  MaskSpec,
  OutputSpec,
  ParameterSpec,
  PrecisionSpec,
  PriorSpec,
  RateSpec,
  RuleSpec,
  ScheduleSpec,
  SettleSpec,
  SkipSpec,
  StageSpec,
  StateSpec,
  SynapseKindName,
  SynapseSpec,
} from "./circuit-spec.ts";
export { type CircuitLiteral, defineCircuit } from "./define-circuit.ts";
export { DocumentError } from "./document-error.ts";
export { type ParsedCircuit, parseCircuit } from "./parse-circuit.ts";
export { printCircuit } from "./print-circuit.ts";
export { type Prior } from "./priors/prior.ts";
export { priorOf } from "./priors/prior-of.ts";
export { circuitSchema, circuitVersion } from "./schema/circuit-schema.ts";
export { scheduleSchema } from "./schema/schedule-schema.ts";
export {
  type ChosenParameter,
  type ChosenParameters,
  type GivenParameters,
  rangeOf,
} from "./template/choose-parameters.ts";
export {
  defineTemplate,
  type ParameterValue,
  type ParameterValues,
  type Template,
} from "./template/define-template.ts";
export { isTemplate } from "./template/define-template.ts";
export { instantiateTemplate } from "./template/instantiate-template.ts";
export { applyPatch } from "./text/apply-patch.ts";
export { type JsonText, maximumTextLength, readJsonText } from "./text/read-json-text.ts";
export { memorySource, type PlacePart, type SourceText } from "./text/source-text.ts";
export type { DocumentKind } from "./validate/document-kind.ts";
export { type Fault, placeFault } from "./validate/fault.ts";
export { type CircuitResult, validateCircuit } from "./validate/validate-circuit.ts";
export { type DocumentChecks, type DocumentResult, validateDocument } from "./validate/validate-document.ts";
