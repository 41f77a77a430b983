/** Collects the nodes of one ONNX graph. Names are unique in the whole model, since a loop's body sees what is outside. */
import { sizeOf, type ValueType } from "@settle/program";
import {
  type Attribute,
  attributeTypes,
  elementTypes,
  type Graph,
  type Node,
  type Tensor,
  type ValueInfo,
} from "./onnx-format.ts";

export type AttributeValue = number | string | readonly number[] | Graph;

export interface GraphBuilder {
  /** Adds a node with one output. @returns the output's name */
  add(
    opType: string,
    input: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    name?: string,
  ): string;
  /** Adds a node whose outputs have names already. */
  addNode(node: Node): void;
  /** An initializer under a name of its own. */
  parameter(name: string, shape: readonly number[], values: Float32Array): string;
  /** The constant true. */
  truth(): string;
  graphAttribute(name: string, graph: Graph): Attribute;
  /** An integer list, as shapes and axes are given. */
  ints(values: readonly number[]): string;
  /** One number, or an array with its shape. */
  numbers(values: readonly number[] | Float32Array, shape?: readonly number[]): string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  /** A name nobody else has. */
  fresh(hint: string): string;
  /** A graph inside this one, whose constants are kept here. */
  inner(): GraphBuilder;
}

export function createGraphBuilder(): GraphBuilder {
  const initializers: Tensor[] = [];
  const constants = new Map<string, string>();
  const taken = new Set<string>();
  const fresh = (hint: string): string => {
    let name = hint;
    for (let n = 2; taken.has(name); n++) name = `${hint}~${n}`;
    taken.add(name);
    return name;
  };
  const constant = (dataType: number, dims: readonly number[], rawData: Uint8Array, hint: string): string => {
    const key = `${dataType} ${dims.join("x")} ${rawData.length < 256 ? rawData.join(" ") : fresh("large")}`;
    const name = constants.get(key) ?? fresh(hint);
    if (!constants.has(key)) initializers.push({ name, dims, dataType, rawData });
    constants.set(key, name);
    return name;
  };
  const builder = (): GraphBuilder => {
    const nodes: Node[] = [];
    return {
      nodes,
      initializers,
      fresh,
      addNode: (node) => void nodes.push(node),
      parameter: (id, dims, values) => {
        const name = fresh(id);
        initializers.push({ name, dims, dataType: elementTypes.float, rawData: new Uint8Array(values.buffer) });
        return name;
      },
      truth: () => constant(elementTypes.bool, [], Uint8Array.of(1), "true"),
      graphAttribute: attributeOf,
      add: (opType, input, attributes = {}, name = opType.toLowerCase()) => {
        const output = fresh(name);
        const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
        nodes.push({ name: `${output}:${opType}`, opType, input, output: [output], attribute });
        return output;
      },
      ints: (values) =>
        constant(
          elementTypes.int64,
          [values.length],
          new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
          `ints(${values.length > 8 ? values.length : values.join(",")})`,
        ),
      numbers: (values, shape = []) => {
        if (sizeOf(shape) !== values.length)
          throw new Error(`onnx fault: ${values.length} numbers for [${shape.join(", ")}]`);
        const hint = values.length === 1 ? String(values[0]) : `numbers(${shape.join("x")})`;
        return constant(elementTypes.float, shape, new Uint8Array(Float32Array.from(values).buffer), hint);
      },
      inner: builder,
    };
  };
  return builder();
}

function attributeOf(name: string, value: AttributeValue): Attribute {
  if (typeof value === "number") return { name, type: attributeTypes.int, i: value };
  if (typeof value === "string") return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) };
  if ("node" in value) return { name, type: attributeTypes.graph, g: value };
  return { name, type: attributeTypes.ints, ints: value };
}

/** What a graph takes or gives: `[N, 16, 16, 25]` of float32, N any number of samples. */
export function valueInfo(name: string, { batch, shape }: ValueType, docString: string): ValueInfo {
  const dim = [...(batch ? [{ dimParam: "N" }] : []), ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: elementTypes.float, shape: { dim } } }, docString };
}
