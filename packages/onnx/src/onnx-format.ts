/**
 * The messages of an ONNX file that an exported Program needs, with the field numbers of the published format, and their
 * bytes by protobufjs.
 *
 * @source onnx
 */
import protobuf from "protobufjs/light.js";

export interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Little-endian numbers. */
  readonly rawData: Uint8Array;
}

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
  readonly g?: Graph;
}

export interface Node {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly Attribute[];
}

export interface Dimension {
  readonly dimValue?: number;
  readonly dimParam?: string;
}

export interface ValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly Dimension[] } };
  };
  readonly docString: string;
}

export interface Graph {
  readonly name: string;
  readonly node: readonly Node[];
  readonly initializer: readonly Tensor[];
  readonly input: readonly ValueInfo[];
  readonly output: readonly ValueInfo[];
  readonly docString: string;
}

export interface Model {
  readonly irVersion: number;
  readonly producerName: string;
  readonly docString: string;
  readonly graph: Graph;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
}

/** Numbers the format gives to types of entries and of attributes. */
export const elementTypes = { float: 1, int64: 7, bool: 9 } as const;
export const attributeTypes = { int: 2, string: 3, graph: 5, ints: 7 } as const;

type Field = readonly [name: string, type: string, id: number, repeated?: "repeated"];

function message(fields: readonly Field[]): protobuf.IType {
  return {
    fields: Object.fromEntries(
      fields.map(([name, type, id, rule]) => [name, { type, id, ...(rule !== undefined && { rule }) }]),
    ),
  };
}

const root = protobuf.Root.fromJSON({
  nested: {
    Dimension: {
      ...message([
        ["dimValue", "int64", 1],
        ["dimParam", "string", 2],
      ]),
      oneofs: { value: { oneof: ["dimValue", "dimParam"] } },
    },
    TensorShape: message([["dim", "Dimension", 1, "repeated"]]),
    TensorType: message([
      ["elemType", "int32", 1],
      ["shape", "TensorShape", 2],
    ]),
    Type: message([["tensorType", "TensorType", 1]]),
    ValueInfo: message([
      ["name", "string", 1],
      ["type", "Type", 2],
      ["docString", "string", 3],
    ]),
    Tensor: message([
      ["dims", "int64", 1, "repeated"],
      ["dataType", "int32", 2],
      ["name", "string", 8],
      ["rawData", "bytes", 9],
    ]),
    Attribute: message([
      ["name", "string", 1],
      ["i", "int64", 3],
      ["s", "bytes", 4],
      ["g", "Graph", 6],
      ["ints", "int64", 8, "repeated"],
      ["type", "int32", 20],
    ]),
    Node: message([
      ["input", "string", 1, "repeated"],
      ["output", "string", 2, "repeated"],
      ["name", "string", 3],
      ["opType", "string", 4],
      ["attribute", "Attribute", 5, "repeated"],
    ]),
    Graph: message([
      ["node", "Node", 1, "repeated"],
      ["name", "string", 2],
      ["initializer", "Tensor", 5, "repeated"],
      ["docString", "string", 10],
      ["input", "ValueInfo", 11, "repeated"],
      ["output", "ValueInfo", 12, "repeated"],
    ]),
    OperatorSet: message([
      ["domain", "string", 1],
      ["version", "int64", 2],
    ]),
    Model: message([
      ["irVersion", "int64", 1],
      ["producerName", "string", 2],
      ["docString", "string", 6],
      ["graph", "Graph", 7],
      ["opsetImport", "OperatorSet", 8, "repeated"],
    ]),
  },
});
const modelType = root.lookupType("Model");

export const encodeModel = (model: Model): Uint8Array => modelType.encode(modelType.create(model)).finish();

/** Reads a file back, for tests and the curious. @throws where the bytes are not of the format */
export function decodeModel(bytes: Uint8Array): Model {
  return modelType.toObject(modelType.decode(bytes), { longs: Number, defaults: true, oneofs: false }) as Model;
}
