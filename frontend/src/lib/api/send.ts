import { asFailure, Failure } from './failure'

/** Asks the server that the page came from; rejects with a Failure. */
export async function send(verb: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  let reply: Response
  try {
    reply = await fetch(path, {
      method: verb,
      ...content(body),
      credentials: 'same-origin',
      redirect: 'error',
    })
  } catch {
    throw new Failure({ code: 'unreachable' }, path)
  }
  const text = await reply.text()
  if (!reply.ok) throw asFailure(text, path)
  return text === '' ? null : JSON.parse(text)
}

function content(body: unknown): RequestInit {
  if (body === undefined) return {}
  if (body instanceof Blob) return { headers: { 'Content-Type': 'application/octet-stream' }, body }
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
