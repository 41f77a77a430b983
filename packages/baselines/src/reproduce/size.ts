/** How much of a table is made: a subset in minutes, or the papers' amounts in hours. */
export type Size = "small" | "full";
