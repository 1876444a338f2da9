interface Action {
  label: string
  act: () => void
}

/**
 * Says that something worked, for a moment, and perhaps how to take it back.
 * What failed is never said here alone.
 */
export async function notify(text: string, action?: Action) {
  const { toast } = await import('svelte-sonner')
  if (!action) return void toast(text)
  // One at a time: the action is always about what came last.
  toast(text, {
    id: 'action',
    duration: 6000,
    action: { label: action.label, onClick: action.act },
  })
}
