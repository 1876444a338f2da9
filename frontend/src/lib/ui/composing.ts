/**
 * Whether a key is an input method's own, such as the Enter that takes a
 * suggestion: WebKit sends that one after the composition has ended, as 229.
 */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}
