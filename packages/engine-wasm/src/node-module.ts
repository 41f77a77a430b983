/** Modules of Node where there is a Node; nothing a bundler for browsers could trip over. */

interface NodeProcess {
  readonly getBuiltinModule?: (name: string) => unknown;
}

export function nodeModule<Module>(name: string): Module | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess };
  return process?.getBuiltinModule?.(name) as Module | undefined;
}
