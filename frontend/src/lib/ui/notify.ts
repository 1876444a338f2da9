/** Says that something worked, for a moment. What failed is never said here alone. */
export async function notify(text: string) {
  const { toast } = await import('svelte-sonner')
  toast(text)
}
