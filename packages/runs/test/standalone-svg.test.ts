import { expect, it } from "vitest";
import { standaloneSvg } from "../src/standalone-svg.ts";

it.each(['<svg width="2"><g/></svg>', '<svg xmlns="http://www.w3.org/2000/svg" width="2"><g/></svg>'])(
  "names the language of %s once, and puts it on white",
  (svg) => {
    const alone = standaloneSvg(svg);
    expect(alone.match(/ xmlns=/g)).toHaveLength(1);
    expect(alone).toMatch(/^<svg [^>]*color="#1b1f24" [^>]*width="2"><rect [^>]*fill="white"\/><g\/><\/svg>$/);
  },
);
