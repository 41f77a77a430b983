import type { TableSplit } from "./dataset.ts";

/** The same samples in black and white: 1 where a number is above one half, else 0. */
export function binaryTable({ table, ...rest }: TableSplit): TableSplit {
  return {
    ...rest,
    table: {
      ...table,
      identity: `binary ${table.identity}`,
      read: async (indices, images, labels) => {
        await table.read(indices, images, labels);
        for (let i = 0; i < images.length; i++) images[i] = (images[i] as number) > 0.5 ? 1 : 0;
      },
      close: () => table.close(),
    },
  };
}
