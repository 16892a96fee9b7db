import { base64Of, bytesOfBase64 } from './base64.ts';
import type { ViewFrame } from './contract.ts';
import { decodeFrame, encodeFrame } from './wire.ts';

/** A frame of the past as the text of a reply. */
export const textOfFrame = (frame: ViewFrame): string => base64Of(encodeFrame(frame));

/** The frame of such a text. @throws WireError */
export const frameOfText = (text: string): ViewFrame => decodeFrame(bytesOfBase64(text));
