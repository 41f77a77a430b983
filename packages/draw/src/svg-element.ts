/** SVG as text: escaped attributes and content, numbers with at most two decimals. */
import { ink } from "./palette.ts";

type Attribute = string | number | undefined;

/** One element; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  content: readonly string[] = [],
): string {
  const said = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? number(value) : escapeXml(String(value))}"`)
    .join("");
  return content.length === 0 ? `<${name}${said}/>` : `<${name}${said}>${content.join("")}</${name}>`;
}

/** A number for a path or an attribute. */
export const number = (value: number): string => String(Math.round(value * 100) / 100 + 0);

export function escapeXml(content: string): string {
  return content.replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? character,
  );
}

export function text(content: string, attributes: Readonly<Record<string, Attribute>>): string {
  return element("text", { fill: ink.text, ...attributes }, [escapeXml(content)]);
}
