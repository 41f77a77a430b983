import { type ParseError, printParseErrorCode } from "jsonc-parser";

/** What a fault of syntax means, for people. */
export function explainSyntax(
  text: string,
  { error, offset, length }: ParseError,
): { readonly message: string; readonly help?: string } {
  const found = text.slice(offset, offset + length);
  switch (printParseErrorCode(error)) {
    case "InvalidSymbol":
      return explainSymbol(/^-?[\w']+/.exec(text.slice(offset, offset + 100))?.[0] ?? found);
    case "InvalidNumberFormat":
      return { message: `"${found}" is not a number in JSON.`, help: "write it as 0.1, -2 or 1e-3." };
    case "PropertyNameExpected":
      return { message: "A field name in double quotes is expected here." };
    case "ValueExpected":
      return { message: "A value is expected here." };
    case "ColonExpected":
      return { message: 'A ":" is expected here, between a field name and its value.' };
    case "CommaExpected":
      if (found === "}") return { message: 'A "]" is missing before this.', help: "close every list that was opened." };
      if (found === "]")
        return { message: 'A "}" is missing before this.', help: "close every object that was opened." };
      return { message: 'A "," is expected here, between two fields or entries.' };
    case "CloseBraceExpected":
      return { message: 'A "}" is missing here.', help: "close every object that was opened." };
    case "CloseBracketExpected":
      return { message: 'A "]" is missing here.', help: "close every list that was opened." };
    case "EndOfFileExpected":
      return {
        message: "The document ended before this.",
        help: "a file holds one object; is there a bracket too many?",
      };
    case "InvalidCommentToken":
      return { message: "A comment cannot stand here." };
    case "UnexpectedEndOfComment":
      return { message: "The comment is not closed.", help: 'end it with "*/".' };
    case "UnexpectedEndOfString":
      return {
        message: "The text is not closed.",
        help: 'end it with a double quote; a line break inside is written "\\n".',
      };
    case "UnexpectedEndOfNumber":
      return { message: "The number is not finished.", help: "write it as 0.1, -2 or 1e-3." };
    case "InvalidUnicode":
    case "InvalidEscapeCharacter":
      return { message: "JSON has no such escape.", help: "a backslash itself is written \\\\." };
    case "InvalidCharacter":
      return {
        message: "A control character cannot stand here.",
        help: 'a line break inside a text is written "\\n".',
      };
    case "<unknown ParseErrorCode>":
    default:
      return { message: "This is not JSON." };
  }
}

function explainSymbol(found: string): { readonly message: string; readonly help: string } {
  if (/^-?(?:nan|inf|infinity)$/i.test(found)) {
    return { message: `${found} is not a number in JSON.`, help: "write a finite number." };
  }
  if (found.startsWith("'")) {
    return { message: "A text stands in double quotes.", help: `write "${found.replaceAll("'", "")}".` };
  }
  return { message: `"${found}" is not a JSON value.`, help: "texts and field names stand in double quotes." };
}
