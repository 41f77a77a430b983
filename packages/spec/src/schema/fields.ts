/** The kinds of number, name and list that fields are made of. */
import { z } from "zod";

export const finite = z.number();
export const positive = z.number().positive();
export const notNegative = z.number().min(0);
/** In [0, 1). */
export const fraction = z.number().min(0).lt(1);
/** 1, 2, 3, … */
export const count = z.int().min(1);

/** One number for both axes, or `[height, width]`. */
export const pair = z.union([count, z.tuple([count, count])]);

/**
 * Ids of parts. They become names of buffers and steps in JSON pointers, so they hold neither `:` nor `/`; the two names
 * at the front would reach the prototype of a plain object.
 */
const idPattern = /^(?!(?:constructor|prototype)$)[A-Za-z][A-Za-z0-9_.-]*$/;
export const id = z.string().regex(idPattern);
