import { z } from "zod";
import { priors } from "../priors/priors.ts";

type Entry = (typeof priors)[number];

export const priorSchema = z
  .union(priors.map((entry): Entry["schema"] => entry.schema))
  .meta({ id: "Prior", description: "A force on a state's own activity, added to its correction." });
