export { exportOnnx, type ParameterValues } from "./export-onnx.ts";
export { type Attribute, decodeModel, type Graph, type Model, type Node, type Tensor } from "./onnx-format.ts";
