import { encode } from "fast-png";
import type { Picture } from "./picture.ts";

/** The bytes of a PNG file of the picture, 8 bits a channel, without loss. */
export function encodePng(picture: Picture): Uint8Array {
  return encode({
    width: picture.width,
    height: picture.height,
    data: picture.data,
    channels: picture.channels,
    depth: 8,
  });
}
