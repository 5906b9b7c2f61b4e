/** Digits of a Persian or Arabic keyboard, as the PBX knows them. */
export function asciiDigits(text: string): string {
  return text.replace(/[\u06f0-\u06f9\u0660-\u0669]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}

/** What may be sent into a call. */
export function isDtmf(key: string): boolean {
  return /^[0-9*#A-D]$/.test(key);
}

/** What starts a number. */
export function startsNumber(key: string): boolean {
  return /^[0-9*#+]$/.test(key);
}
